import { UnreadableSighting } from '../../sighting/codec.ts';
import { PackedPageWriter } from '../../sighting/table/packed-page.ts';
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
/** In the unit of the pragma: negative is KiB. */
const readingCacheSize = -1024;

/** Sightings, lanes and file positions in one database, changed in one transaction. Synchronous: it lives in a worker. */
export class SightingTables {
  readonly #state: State;
  readonly #agent: AgentTables;
  readonly #cacheSize: number;
  readonly #put;
  readonly #page;
  readonly #writer = new PackedPageWriter();

  constructor(state: State) {
    this.#state = state;
    this.#agent = new AgentTables(state);
    this.#cacheSize = Number(state.database.prepare('PRAGMA cache_size').get()?.['cache_size']);
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
    // All is read once and in order: what SQLite would keep of it is of no use, and would never be given back.
    if (after === null) this.#state.database.exec(`PRAGMA cache_size = ${readingCacheSize}`);
    // Every key begins with the name of a protocol, so all are behind the empty text.
    const rows = this.#page.all(after ?? '');
    for (const { key, value, checksum } of rows) {
      if (typeof key !== 'string' || typeof value !== 'string' || rowChecksum(key, value) !== checksum) {
        throw this.#damaged('a stored client is not what was written');
      }
      this.#pack(value);
    }
    const last = rows.at(-1)?.['key'];
    const next = rows.length === pageRows && typeof last === 'string' ? last : null;
    if (next === null) this.#state.database.exec(`PRAGMA cache_size = ${this.#cacheSize}`);
    return { page: this.#writer.take(), sightings: rows.length, next };
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

  #pack(value: string): void {
    try {
      this.#writer.addStored(value);
    } catch (error) {
      if (!(error instanceof UnreadableSighting)) throw error;
      throw this.#damaged(`a stored client cannot be read, ${error.message}`, error);
    }
  }

  #damaged(what: string, cause?: unknown): Error {
    return stateDamaged(this.#state.directory, this.#state.kind, what, cause);
  }
}
