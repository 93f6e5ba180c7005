/** `straggler check`: everything that can be wrong before anything starts. Exit status 2 when there is a problem. */
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Settings } from '../config/schema.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import { UserError } from '../runtime/errors.ts';
import { checkKafka } from './check-kafka.ts';
import type { CheckedProgram } from './check-rights.ts';
import { checkLogs } from './check-logs.ts';
import { type Finding, findingLines } from './finding.ts';
import { followingOf } from './following.ts';
import { accessCommands } from './kafka-acls.ts';
import { settingsFrom } from './settings-from.ts';
import { stateDirectoryOf } from './state-directory.ts';
import { webSecurity } from './web-security.ts';

async function checkInventory(path: string): Promise<Finding> {
  try {
    const { entries } = await loadInventory(path);
    return { verdict: 'ok', text: `${path}: ${entries.length} entries` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { verdict: 'problem', text: error.message, ...(error.remedy === null ? {} : { remedy: error.remedy }) };
  }
}

function checkWebConfig(settings: Settings): Finding {
  try {
    const { clientCertificates } = webSecurity(settings);
    const who = clientCertificates ? 'clients with a certificate' : 'anybody';
    return { verdict: 'ok', text: `${settings.http.webConfigFile}: TLS, for ${who}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { verdict: 'problem', text: error.message, ...(error.remedy === null ? {} : { remedy: error.remedy }) };
  }
}

/** Whether the state folder, or the nearest folder above it that exists, can be written. Nothing is made. */
async function checkState(settings: Settings): Promise<Finding> {
  const directory = resolve(stateDirectoryOf(settings, settings.kafka.brokers.length > 0 ? 'agent' : 'run'));
  let existing = directory;
  for (;;) {
    try {
      await access(existing, constants.W_OK | constants.X_OK);
      return { verdict: 'ok', text: `state can be kept in ${directory}` };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || existing === dirname(existing)) {
        return {
          verdict: 'problem',
          text: `state cannot be kept in ${directory}: ${existing} is not writable (${code})`,
          remedy: 'Name another folder with --state, or let this account write there.',
        };
      }
      existing = dirname(existing);
    }
  }
}

/** Whose account it is: said, or that of an agent where there are logs to follow. */
function programOf(said: unknown, hasLogs: boolean): CheckedProgram | null {
  if (said === 'agent' || said === 'collector') return said;
  return hasLogs ? 'agent' : null;
}

export async function checkCommand(
  paths: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { settings } = settingsFrom(options, paths);
  if (options['printAcls'] === true) {
    process.stdout.write(accessCommands(settings.kafka));
    return 0;
  }
  const hasLogs = settings.agent.logs.length > 0;
  const hasBrokers = settings.kafka.brokers.length > 0;
  if (options['createTopics'] === true && !hasBrokers) {
    throw new UserError('--create-topics needs a broker.', { remedy: 'Give --brokers HOST:PORT,… or kafka.brokers.' });
  }
  const program = programOf(options['for'], hasLogs);
  const findings: Finding[] = [{ verdict: 'ok', text: 'the settings are valid' }];
  if (hasLogs) findings.push(...(await checkLogs(followingOf(settings))), await checkState(settings));
  if (settings.inventory !== undefined) findings.push(await checkInventory(settings.inventory));
  if (settings.http.webConfigFile !== undefined) findings.push(checkWebConfig(settings));
  if (hasBrokers) findings.push(...(await checkKafka(settings, { create: options['createTopics'] === true, program })));
  for (const finding of findings) process.stdout.write(findingLines(finding));
  return findings.some((finding) => finding.verdict === 'problem') ? 2 : 0;
}
