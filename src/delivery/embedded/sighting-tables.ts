import { AgentTables, createAgentTables } from '../store/agent-tables.ts';
import type { DatabaseSync, State } from '../store/open-state.ts';
import { rowChecksum } from '../store/row-checksum.ts';
import { stateDamaged } from '../store/state-errors.ts';
import { joinTransaction, transaction } from '../store/transaction.ts';
import type { AgentState } from '../records.ts';
import type { SightingPage, StoreCommit, StoredSighting } from './store-calls.ts';

/**
 * See `StateOptions.migrations`: what was released is never edited. A new version of the stored sighting is a new
 * layout too, even if no table changes: an older program must refuse it at the start, not in the middle of reading.
 */
export const embeddedMigrations: readonly ((database: DatabaseSync) => void)[] = [
  (database) => {
    createAgentTables(database);
    database.exec(`
      CREATE TABLE sightings (key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL)
        STRICT, WITHOUT ROWID;
    `);
  },
];

const pageRows = 2000;

/** Sightings, lanes and file positions in one database, changed in one transaction. Synchronous: it lives in a worker. */
export class SightingTables {
  readonly #state: State;
  readonly #agent: AgentTables;
  readonly #put;
  readonly #page;

  constructor(state: State) {
    this.#state = state;
    this.#agent = new AgentTables(state);
    this.#put = state.database.prepare(
      `INSERT INTO sightings (key, value, checksum) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, checksum = excluded.checksum`,
    );
    this.#page = state.database.prepare(
      `SELECT key, value, checksum FROM sightings WHERE key > ? ORDER BY key LIMIT ${pageRows}`,
    );
  }

  load(): AgentState {
    return this.#agent.load();
  }

  /** Throws a UserError where a row is not what was written. */
  read(after: string | null): SightingPage {
    // Every key begins with the name of a protocol, so all are behind the empty text.
    const rows = this.#page.all(after ?? '');
    const values = rows.map(({ key, value, checksum }) => {
      if (typeof key !== 'string' || typeof value !== 'string' || rowChecksum(key, value) !== checksum) {
        throw stateDamaged(this.#state.directory, this.#state.kind, 'a stored client is not what was written');
      }
      return value;
    });
    const last = rows.at(-1)?.['key'];
    return { values, next: rows.length === pageRows && typeof last === 'string' ? last : null };
  }

  /** Writes a piece of what the next `commit` makes durable. When it throws, all pieces so far are as if never staged. */
  stage(sightings: readonly StoredSighting[]): void {
    joinTransaction(this.#state.database, () => this.#putAll(sightings));
  }

  commit(change: StoreCommit): void {
    transaction(this.#state.database, () => {
      this.#putAll(change.sightings);
      this.#agent.apply(change);
    });
  }

  #putAll(sightings: readonly StoredSighting[]): void {
    for (const [key, value] of sightings) this.#put.run(key, value, rowChecksum(key, value));
  }
}
