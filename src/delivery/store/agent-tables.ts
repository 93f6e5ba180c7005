/**
 * The agent's records (lanes and file positions) in the tables that both kinds of state share. Writes belong to the
 * caller's transaction: positions move together with what was read.
 */
import type { Bookkeeping } from '../delivery.ts';
import type { AgentState, FileRecord, LaneRecord } from '../records.ts';
import type { DatabaseSync, State } from './open-state.ts';
import { rowChecksum } from './row-checksum.ts';
import { stateDamaged } from './state-errors.ts';

/** Part of a migration's entry 0. */
export function createAgentTables(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE lanes (id TEXT PRIMARY KEY, record TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE files (id TEXT PRIMARY KEY, record TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `);
}

type Table = 'lanes' | 'files';

export class AgentTables {
  readonly #state: Pick<State, 'id' | 'directory' | 'kind' | 'database'>;
  readonly #putLane;
  readonly #putFile;
  readonly #forgetFile;
  readonly #forgetLane;

  constructor(state: Pick<State, 'id' | 'directory' | 'kind' | 'database'>) {
    this.#state = state;
    const put = (table: Table) =>
      state.database.prepare(
        `INSERT INTO ${table} (id, record, checksum) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET record = excluded.record, checksum = excluded.checksum`,
      );
    this.#putLane = put('lanes');
    this.#putFile = put('files');
    this.#forgetFile = state.database.prepare('DELETE FROM files WHERE id = ?');
    this.#forgetLane = state.database.prepare('DELETE FROM lanes WHERE id = ?');
  }

  /** Throws a UserError where a row is not what was written. */
  load(): AgentState {
    return { agent: this.#state.id, lanes: this.#load<LaneRecord>('lanes'), files: this.#load<FileRecord>('files') };
  }

  putLane(lane: LaneRecord): void {
    const record = JSON.stringify(lane);
    this.#putLane.run(lane.id, record, rowChecksum(lane.id, record));
  }

  putFile(file: FileRecord): void {
    const record = JSON.stringify(file);
    this.#putFile.run(file.id, record, rowChecksum(file.id, record));
  }

  forgetFile(id: string): void {
    this.#forgetFile.run(id);
  }

  forgetLane(id: string): void {
    this.#forgetLane.run(id);
  }

  apply(change: Bookkeeping): void {
    for (const lane of change.lanes ?? []) this.putLane(lane);
    for (const file of change.files ?? []) this.putFile(file);
    for (const id of change.forgottenFiles ?? []) this.forgetFile(id);
  }

  /** The checksum stands for the shape: what is read is what `putLane` or `putFile` has written. */
  #load<Row>(table: Table): Row[] {
    const { database, directory, kind } = this.#state;
    return database
      .prepare(`SELECT id, record, checksum FROM ${table}`)
      .all()
      .map(({ id, record, checksum }) => {
        if (typeof id !== 'string' || typeof record !== 'string' || rowChecksum(id, record) !== checksum) {
          throw stateDamaged(directory, kind, `a record in its table ${table} is not what was written`);
        }
        return JSON.parse(record) as Row;
      });
  }
}
