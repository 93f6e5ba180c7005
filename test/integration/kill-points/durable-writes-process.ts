/**
 * Loaded before the program (`--import`), in its main thread and in its workers: sees every durable write where it
 * leaves the program (SQLite's COMMIT, files, requests to Kafka), notes its name, and kills the process with SIGKILL
 * before or after one of them. The program knows nothing of it.
 *
 * This file's URL says what to do: `?note=FILE&kill=NAME&death=before|after`.
 */
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, type StatementResultingChanges, StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';
import { type Death, fileName, recordsName, tableOf, transactionNames } from './durable-writes.ts';

const told = new URL(import.meta.url).searchParams;
const noteFile = told.get('note') ?? '';
const noted = new Set<string>();
const { appendFileSync } = fs;

/** Notes a write, and ends here if it is the one. */
function pass(name: string, death: Death): void {
  // Notes are written to a file too.
  if (name === fileName(noteFile)) return;
  if (death === 'before' && !noted.has(name)) {
    noted.add(name);
    appendFileSync(noteFile, `${name}\n`);
  }
  if (name === told.get('kill') && death === told.get('death')) process.kill(process.pid, 'SIGKILL');
}

function around<Result>(names: readonly string[], work: () => Result): Result {
  for (const name of names) pass(name, 'before');
  const result = work();
  for (const name of names) pass(name, 'after');
  return result;
}

async function aroundRequest<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  pass(name, 'before');
  const result = await work();
  pass(name, 'after');
  return result;
}

interface Database {
  kind: string;
  /** Tables that the open transaction changes. */
  readonly tables: Set<string>;
}
const databases = new WeakMap<DatabaseSync, Database>();
const statements = new WeakMap<StatementSync, { readonly database: DatabaseSync; readonly sql: string }>();

function known(database: DatabaseSync): Database {
  const found = databases.get(database) ?? { kind: '', tables: new Set() };
  databases.set(database, found);
  return found;
}

function learnKind(database: DatabaseSync, sql: string): void {
  if (/\bsightings\b/.test(sql)) known(database).kind = 'embedded';
  if (/\bchunks\b/.test(sql)) known(database).kind = 'outbox';
}

function changed(database: DatabaseSync, sql: string, first: unknown, work: () => unknown): unknown {
  const table = tableOf(sql, first);
  if (table === null) return work();
  const { tables, kind } = known(database);
  if (database.isTransaction) {
    tables.add(table);
    return work();
  }
  return around(transactionNames(kind, new Set([table])), work);
}

const { exec, prepare } = DatabaseSync.prototype;
const { run } = StatementSync.prototype;
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  learnKind(this, sql);
  const { tables, kind } = known(this);
  if (sql === 'COMMIT') {
    const names = transactionNames(kind, tables);
    tables.clear();
    return around(names, () => exec.call(this, sql));
  }
  if (sql.startsWith('ROLLBACK')) tables.clear();
  for (const statement of sql.split(';')) changed(this, statement, '', () => {});
  exec.call(this, sql);
};
DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given: Parameters<typeof prepare>): StatementSync {
  learnKind(this, given[0]);
  const statement = prepare.apply(this, given);
  statements.set(statement, { database: this, sql: given[0] });
  return statement;
};
StatementSync.prototype.run = function (this: StatementSync, ...given: Parameters<typeof run>) {
  const of = statements.get(this);
  const work = (): StatementResultingChanges => run.apply(this, given);
  if (of === undefined) return work();
  return changed(of.database, of.sql, given[0], work) as StatementResultingChanges;
} as typeof run;

const { mkdirSync, openSync, renameSync, writeFileSync } = fs;
fs.mkdirSync = (...given: Parameters<typeof mkdirSync>) => around(['state: folder'], () => mkdirSync(...given));
fs.openSync = (path, flags, mode) =>
  flags === undefined || flags === 'r'
    ? openSync(path, flags ?? 'r', mode)
    : around([fileName(String(path))], () => openSync(path, flags, mode));
fs.renameSync = (from, to) => around([fileName(String(to))], () => renameSync(from, to));
fs.writeFileSync = (file, ...given) => around([fileName(String(file))], () => writeFileSync(file, ...given));
fs.appendFileSync = (file, ...given) => around([fileName(String(file))], () => appendFileSync(file, ...given));
syncBuiltinESMExports();

/** What of a request to a broker says what it is. */
interface Asked {
  readonly transactionalId?: string;
  readonly transactionResult?: boolean;
  readonly topicData?: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly messages: readonly { readonly key?: string | Buffer }[] }[];
  }[];
}

type Method = (asked: Asked) => Promise<unknown>;

if (isMainThread) {
  const Broker = createRequire(import.meta.url)('kafkajs/src/broker') as { prototype: Record<string, Method> };
  /** What a transaction has sent last. */
  const sent = new Map<string, string>();
  const names: Readonly<Record<string, (asked: Asked) => string>> = {
    produce: ({ topicData, transactionalId }) => {
      const [first] = topicData ?? [];
      const name = recordsName(first?.topic ?? '', String(first?.partitions[0]?.messages[0]?.key ?? ''));
      if (transactionalId !== undefined) sent.set(transactionalId, name);
      return name;
    },
    // kafkajs asks for one without transactions first, and does not use it.
    initProducerId: ({ transactionalId }) =>
      transactionalId === undefined ? 'owner: plain producer id' : 'owner: producer id',
    addPartitionsToTxn: () => 'state: partition joins the transaction',
    endTxn: ({ transactionalId, transactionResult }) => {
      if (transactionResult !== true) return 'transaction: abort';
      const isBarrier = sent.get(transactionalId ?? '') === 'owner: barrier';
      return isBarrier ? 'owner: commit of the barrier' : 'state: commit of the flush';
    },
    offsetCommit: () => 'group: offsets',
    txnOffsetCommit: () => 'group: offsets in a transaction',
    createTopics: () => 'topics: made',
    deleteTopics: () => 'topics: deleted',
    alterConfigs: () => 'topics: settings',
    deleteRecords: () => 'topics: records deleted',
  };
  for (const [method, nameOf] of Object.entries(names)) {
    const original = Broker.prototype[method];
    if (original === undefined) throw new Error(`kafkajs has no ${method}`);
    Broker.prototype[method] = function (this: unknown, asked: Asked) {
      return aroundRequest(nameOf(asked), () => original.call(this, asked));
    };
  }
}
