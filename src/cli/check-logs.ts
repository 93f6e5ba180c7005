import { find } from '../agent/find.ts';
import { defaultLimits } from '../agent/options.ts';
import { visibleText } from '../runtime/visible-text.ts';
import type { Finding } from './finding.ts';
import type { Following } from './following.ts';

const problemsShownMax = 5;

/** Whether each path can be listed, and what logs are there. */
export async function checkLogs(following: Following): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const followed of following.logs) {
    const { files, errors, root, ignoredFiles } = await find(followed, defaultLimits.filesMax);
    for (const { path, message } of errors.slice(0, problemsShownMax)) {
      findings.push({
        verdict: 'problem',
        text: `${visibleText(path)} cannot be listed: ${visibleText(message)}`,
        remedy:
          'The account that runs the agent needs to read it; on Exchange: Administrators, SYSTEM, NETWORK SERVICE.',
      });
    }
    if (root === null || errors.length > 0) continue;
    const byProtocol = Map.groupBy(files, (file) => file.name.protocol);
    if (files.length === 0) {
      findings.push({
        verdict: 'warning',
        text: `${visibleText(followed.path)} holds no POP3, IMAP4 or SMTP log (${ignoredFiles} others ignored)`,
        remedy:
          'Is protocol logging on? Set-PopSettings and Set-ImapSettings -ProtocolLogEnabled $true, then restart both services; Set-ReceiveConnector -ProtocolLoggingLevel Verbose for each connector.',
      });
    }
    for (const [protocol, own] of byProtocol) {
      findings.push({ verdict: 'ok', text: `${visibleText(followed.path)}: ${own.length} ${protocol} logs` });
    }
  }
  return findings;
}
