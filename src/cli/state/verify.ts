/** `straggler state verify`: every finding a sentence with what to do. Exit status 2 when there is a problem. */
import type { Writable } from 'node:stream';
import { compareFile } from '../../agent/compare-file.ts';
import { verifySightings } from '../../delivery/embedded/verify-sightings.ts';
import { StateVerifier } from '../../delivery/kafka/collect/verify-state.ts';
import { verifyOutbox } from '../../delivery/kafka/verify-outbox.ts';
import type { FileRecord } from '../../delivery/records.ts';
import { type StateCopy, structureProblems } from '../../delivery/store/copy-state.ts';
import { StateDamage, startAnewWith } from '../../delivery/store/state-errors.ts';
import { Findings, type StateFinding } from '../../delivery/store/state-finding.ts';
import { verifyAgentRecords } from '../../delivery/store/verify-agent-records.ts';
import { counted } from '../../markup/words.ts';
import { runUntilStopped } from '../../runtime/lifecycle.ts';
import { visibleText } from '../../runtime/visible-text.ts';
import type { Settings } from '../../config/schema.ts';
import { type Finding, findingLines } from '../finding.ts';
import { lookAtFolder } from './folder.ts';
import { stateTarget } from './target.ts';
import { lookAtTopic } from './topic.ts';

type Options = Readonly<Record<string, unknown>>;

export async function verifyStateCommand(options: Options, output: Writable = process.stdout): Promise<number> {
  const target = stateTarget(options);
  return await runUntilStopped(async (signal) => {
    const findings =
      target.kind === 'topic' ? await verifyTopic(target.settings, signal) : await verifyFolder(target.directory);
    for (const finding of findings) output.write(lineOf(finding, options['format'] === 'json'));
    return findings.some(({ verdict }) => verdict === 'problem') ? 2 : 0;
  });
}

/** JSON is one finding a line. */
function lineOf({ verdict, text, remedy }: Finding, asJson: boolean): string {
  if (asJson) return `${visibleText(JSON.stringify({ verdict, text, remedy: remedy ?? null }))}\n`;
  return findingLines({ verdict, text: visibleText(text), ...(remedy === undefined ? {} : { remedy }) });
}

async function verifyFolder(directory: string): Promise<Finding[]> {
  let copy: StateCopy;
  try {
    copy = await lookAtFolder(directory);
  } catch (error) {
    if (error instanceof StateDamage) return [ofDamage(error)];
    throw error;
  }
  await using _closed = copy;
  const structure = structureProblems(copy);
  if (structure.length > 0) {
    return structure.map((text) => ({ verdict: 'problem', text: `SQLite: ${text}`, remedy: startAnewWith[copy.kind] }));
  }
  const ok: Finding = {
    verdict: 'ok',
    text: `the structure of ${directory} is whole (${copy.isInUse ? 'in use' : 'not in use'}, layout ${copy.layout})`,
  };
  return [ok, ...(await verifyContents(copy))];
}

async function verifyContents(copy: StateCopy): Promise<Finding[]> {
  const { findings, lanes, files } = verifyAgentRecords(copy);
  const held = `${counted(lanes.length, 'lane', 'lanes')} and ${counted(files.length, 'position', 'positions')} can be read`;
  const all = [...section(findings, held)];
  if (copy.kind === 'embedded') {
    const known = verifySightings(copy);
    all.push(...section(known.findings, `${counted(known.sightings, 'sighting', 'sightings')} can be read`));
  } else {
    try {
      const outbox = await verifyOutbox(copy);
      all.push(...section(outbox.findings, `${counted(outbox.chunks, 'chunk', 'chunks')} wait, each as it was cut`));
    } catch (error) {
      if (!(error instanceof StateDamage)) throw error;
      all.push(ofDamage(error));
    }
  }
  all.push(...(await verifyFiles(files)));
  return all;
}

function ofDamage(error: StateDamage): Finding {
  return { verdict: 'problem', text: error.message, ...(error.remedy === null ? {} : { remedy: error.remedy }) };
}

/** The findings, or that there is no problem among them. */
function section(findings: readonly StateFinding[], ok: string): Finding[] {
  const told = findings.map(({ severity, text, remedy }): Finding => ({ verdict: severity, text, remedy }));
  return findings.some(({ severity }) => severity === 'problem') ? told : [{ verdict: 'ok', text: ok }, ...told];
}

const countsAgain =
  'When it is followed again it is read from its start: rows that were counted before count again in totals.';

async function verifyFiles(files: readonly FileRecord[]): Promise<Finding[]> {
  const found = new Findings();
  let same = 0;
  let gone = 0;
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const now = await compareFile(file);
    const unread = file.finished ? 0 : Math.max(0, (file.sizeSeen ?? 0) - file.offset);
    if (now.kind === 'same') same++;
    if (now.kind === 'gone') gone++;
    const text = fileText(file, now, unread);
    if (text !== null) found.add({ severity: 'warning', ...text });
  }
  const ok = `${counted(same, 'file holds', 'files hold')} what was read of them, ${gone} are gone`;
  return section(found.list(), ok);
}

function fileText(
  { path, offset, missingSince }: FileRecord,
  now: Awaited<ReturnType<typeof compareFile>>,
  unread: number,
): { readonly text: string; readonly remedy: string } | null {
  switch (now.kind) {
    case 'same':
      return null;
    case 'gone':
      if (unread === 0 || missingSince !== null) return null;
      return {
        text: `${path} is not there, and ${unread} bytes of it were seen and not read`,
        remedy: 'Put it back, under any name in its folder, before what follows it concludes that they are lost.',
      };
    case 'shorter':
      return { text: `${path} has ${now.size} bytes, and ${offset} were read: it was cut`, remedy: countsAgain };
    case 'other':
      return { text: `${path} holds other bytes than those that were read: it is another file`, remedy: countsAgain };
    case 'unreadable':
      return {
        text: `${path} cannot be read: ${now.reason}`,
        remedy: 'Run this with the account that runs straggler.',
      };
  }
}

async function verifyTopic(settings: Settings, signal: AbortSignal): Promise<Finding[]> {
  let verifier: StateVerifier | null = null;
  const look = await lookAtTopic(
    settings,
    (partitions) => {
      const made = new StateVerifier(partitions, settings.kafka.group);
      verifier = made;
      return (record) => made.take(record);
    },
    signal,
  );
  const made = verifier as StateVerifier | null;
  if (made === null) throw new Error('the state was not read');
  const findings = made.conclude(look.connections, look.reports);
  const records = made.contents.partitions.reduce((sum, partition) => sum + partition.records, 0);
  return section(findings, `${counted(records, 'record', 'records')} of ${settings.kafka.topics.state} fit together`);
}
