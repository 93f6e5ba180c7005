/**
 * Every durable write of the program, by name: the moments before and after which a kill must neither lose nor double
 * a row. A write is named by what it changes (`durable-writes-process.ts` sees it happen), so one that is added to the
 * program and not here has an unknown name, and `run.test.ts` or `kafka.test.ts` fails.
 *
 * Not among them: files that are written by promises (letters about rows that cannot be read, the memory of gaps in the
 * evidence). Nothing is counted from them.
 */

/** `run`, in the order in which they first happen. */
export const runWrites = [
  'state: folder',
  'state: database file',
  'embedded: tables',
  'state: draft of the id',
  'state: id',
  'embedded: records',
  'embedded: sightings and positions',
] as const;

/** `agent`, beside those that make any state. */
export const agentWrites = [
  'outbox: tables',
  'outbox: machine',
  'outbox: records',
  'outbox: partitions',
  'outbox: chunks and positions',
  'publish: chunks',
  'outbox: acknowledged chunks leave',
  'publish: report',
] as const;

export const collectorWrites = [
  'owner: plain producer id',
  'owner: producer id',
  'state: partition joins the transaction',
  'owner: barrier',
  'owner: commit of the barrier',
  'dead letters',
  'state: flush',
  'state: commit of the flush',
  'group: offsets',
] as const;

export type DurableWrite = (typeof runWrites)[number] | (typeof agentWrites)[number] | (typeof collectorWrites)[number];

export type Death = 'before' | 'after';

/** A table that a statement changes, with the row's name where there are few: `sightings`, `facts machine`. */
export function tableOf(sql: string, first: unknown): string | null {
  const [, created, changed] =
    /\bCREATE TABLE (\w+)|(?:\b(?:INSERT(?: OR \w+)?|REPLACE) INTO|\bDELETE FROM|\bUPDATE) (\w+)/.exec(sql) ?? [];
  if (created !== undefined) return `new ${created}`;
  if (changed === undefined) return null;
  const verb = /\bDELETE\b/.test(sql) ? 'gone ' : '';
  return changed === 'facts' ? `facts ${String(first)}` : `${verb}${changed}`;
}

const records: ReadonlySet<string> = new Set(['lanes', 'files', 'gone files']);
const bookkeeping: ReadonlySet<string> = new Set([...records, 'slices', 'places']);

/** The names of a transaction of SQLite by the tables that it changes: none when it changes none. */
export function transactionNames(kind: string, tables: ReadonlySet<string>): string[] {
  if (tables.size === 0) return [];
  if (tables.has('new lanes')) return [`${kind}: tables`];
  if ([...tables].every((table) => records.has(table))) return [`${kind}: records`];
  const parts: Readonly<Record<string, string>> = {
    sightings: 'sightings and positions',
    chunks: 'chunks and positions',
    'gone chunks': 'acknowledged chunks leave',
    'facts machine': 'machine',
    'facts partitions': 'partitions',
  };
  return [...tables].filter((table) => !bookkeeping.has(table)).map((table) => `${kind}: ${parts[table] ?? table}`);
}

/** The name of a file that is written, made or renamed. */
export function fileName(path: string): string {
  if (path.endsWith('straggler.db')) return 'state: database file';
  if (path.endsWith('straggler.id.new')) return 'state: draft of the id';
  if (path.endsWith('straggler.id')) return 'state: id';
  return `file: ${path}`;
}

/** The name of records that are sent, by topic and by the key of the first. */
export function recordsName(topic: string, key: string): string {
  if (topic.endsWith('.connections')) return 'publish: chunks';
  if (topic.endsWith('.agents')) return 'publish: report';
  if (topic.endsWith('.dead-letters')) return 'dead letters';
  if (topic.endsWith('.state')) return key.startsWith('o') ? 'owner: barrier' : 'state: flush';
  return `publish: ${topic}`;
}
