/** The outbox in SQLite. Synchronous: it runs in the worker that owns the database. */
import { AgentTables, createAgentTables } from '../store/agent-tables.ts';
import type { DatabaseSync, State } from '../store/open-state.ts';
import { rowChecksum } from '../store/row-checksum.ts';
import { stateDamaged } from '../store/state-errors.ts';
import { transaction } from '../store/transaction.ts';
import type { ChunkHeaders } from './chunk.ts';
import { chunkKey } from './chunk-key.ts';
import { chunksOf, isLarge } from './outbox.ts';
import { pack } from './packing.ts';
import { chunksAsRecords } from './outbox-migration.ts';
import type {
  CutChunk,
  LanePlace,
  OutboxContent,
  OutboxFacts,
  OutboxStep,
  OutboxWrite,
  StoredChunk,
} from './outbox.ts';
import type { StoredWireLane } from './wire-lane.ts';

export const outboxMigrations: readonly ((database: DatabaseSync) => void)[] = [
  (database) => {
    createAgentTables(database);
    database.exec(`
      CREATE TABLE chunks (
        id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, bytes INTEGER NOT NULL, events INTEGER NOT NULL,
        read_at INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL, checksum INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE slices (lane TEXT PRIMARY KEY, slice INTEGER NOT NULL, checksum INTEGER NOT NULL)
        STRICT, WITHOUT ROWID;
      CREATE TABLE places (
        kind TEXT NOT NULL, lane TEXT NOT NULL, partition INTEGER NOT NULL, slice INTEGER NOT NULL,
        offset INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (kind, lane, partition)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `);
  },
  chunksAsRecords,
];

const wireLaneFact = 'wire lane ';

/** `cut`: the last event that went into the outbox. `acknowledged`: the last one that its partition confirmed. */
type PlaceKind = 'cut' | 'acknowledged';

export class OutboxTables {
  readonly #state: State;
  readonly #agent: AgentTables;
  readonly #statements;

  constructor(state: State) {
    this.#state = state;
    this.#agent = new AgentTables(state);
    const { database } = state;
    this.#statements = {
      putChunk: database.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
      deleteChunk: database.prepare('DELETE FROM chunks WHERE id = ?'),
      packed: database.prepare('SELECT partition, bytes, headers, body, checksum FROM chunks WHERE id = ?'),
      putSlice: database.prepare('INSERT OR REPLACE INTO slices VALUES (?, ?, ?)'),
      putPlace: database.prepare('INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?, ?)'),
      putFact: database.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?, ?)'),
    };
  }

  load(): OutboxContent {
    const partitions = this.#fact('partitions');
    const state = this.#agent.load();
    return {
      agent: { ...state, agent: this.#fact('agent') ?? state.agent },
      partitions: partitions === null ? null : Number(partitions),
      machine: this.#fact('machine'),
      wireLanes: this.#wireLanes(),
      slices: this.#slices(),
      cut: this.#places('cut'),
      acknowledged: this.#places('acknowledged'),
      waiting: this.#waiting(),
    };
  }

  /** Answers what the large chunks of the change were packed into. */
  write(change: OutboxWrite): Uint8Array<ArrayBuffer>[] {
    const packed = new Map<CutChunk, Uint8Array<ArrayBuffer>>();
    for (const chunk of chunksOf(change)) {
      packed.set(chunk, pack(chunk.headers, chunk.body));
      // It was handed over. A collector of garbage would let hundreds of them gather first.
      if (isLarge(chunk)) chunk.body.buffer.transfer(0);
    }
    transaction(this.#state.database, () => {
      for (const step of change.steps) this.#step(step, packed);
      for (const id of change.acknowledged.ids) this.#statements.deleteChunk.run(id);
      for (const place of change.acknowledged.ledger) this.#putPlace('acknowledged', place);
    });
    return [...packed].filter(([chunk]) => isLarge(chunk)).map(([, bytes]) => bytes);
  }

  packed(ids: readonly number[]): Uint8Array<ArrayBuffer>[] {
    return ids.map((id) => {
      const row = this.#statements.packed.get(id);
      const body = row?.['body'];
      if (row === undefined || !(body instanceof Uint8Array)) throw new Error(`chunk ${id} is not in the outbox`);
      const key = chunkKey(id, Number(row['partition']), Number(row['bytes']), String(row['headers']));
      this.#believe('chunks', row['checksum'] === rowChecksum(key, body));
      return new Uint8Array(body);
    });
  }

  settle(facts: OutboxFacts): void {
    transaction(this.#state.database, () => {
      if (facts.partitions !== undefined) this.#putFact('partitions', String(facts.partitions));
      if (facts.machine !== undefined) this.#putFact('machine', facts.machine);
      if (facts.agent !== undefined) this.#putFact('agent', facts.agent);
      for (const wire of facts.wireLanes ?? []) this.#putFact(`${wireLaneFact}${wire.lane}`, JSON.stringify(wire));
    });
  }

  #step(step: OutboxStep, packed: ReadonlyMap<CutChunk, Uint8Array>): void {
    if (step.kind === 'record') return this.#agent.apply(step.change);
    this.#agent.putFile(step.file);
    if (step.slice !== null) {
      this.#statements.putSlice.run(step.lane, step.slice, rowChecksum(step.lane, String(step.slice)));
    }
    for (const chunk of step.chunks) this.#putChunk(chunk, packed.get(chunk) as Uint8Array);
  }

  #putChunk(chunk: CutChunk, packed: Uint8Array): void {
    const { id, partition, bytes } = chunk;
    const headers = JSON.stringify(chunk.headers);
    const checksum = rowChecksum(chunkKey(id, partition, bytes, headers), packed);
    this.#statements.putChunk.run(id, partition, bytes, chunk.events, chunk.readAt, headers, packed, checksum);
    const { lane, slice, lastOffset } = chunk.headers;
    this.#putPlace('cut', { lane, partition, slice, offset: lastOffset });
  }

  #putPlace(kind: PlaceKind, place: LanePlace): void {
    const { lane, partition, slice, offset } = place;
    this.#statements.putPlace.run(kind, lane, partition, slice, offset, placeChecksum(kind, place));
  }

  #putFact(name: string, value: string): void {
    this.#statements.putFact.run(name, value, rowChecksum(name, value));
  }

  #fact(name: string): string | null {
    const row = this.#state.database.prepare('SELECT value, checksum FROM facts WHERE name = ?').get(name);
    if (row === undefined) return null;
    const value = String(row['value']);
    this.#believe('facts', row['checksum'] === rowChecksum(name, value));
    return value;
  }

  /** The checksum stands for the shape: what is read is what `settle` has written. */
  #wireLanes(): StoredWireLane[] {
    const names = this.#state.database.prepare('SELECT name FROM facts').all();
    return names
      .map(({ name }) => String(name))
      .filter((name) => name.startsWith(wireLaneFact))
      .map((name) => JSON.parse(this.#fact(name) ?? '') as StoredWireLane);
  }

  #slices(): Map<string, number> {
    const slices = new Map<string, number>();
    for (const row of this.#state.database.prepare('SELECT lane, slice, checksum FROM slices').iterate()) {
      const lane = String(row['lane']);
      this.#believe('slices', row['checksum'] === rowChecksum(lane, String(row['slice'])));
      slices.set(lane, Number(row['slice']));
    }
    return slices;
  }

  #places(kind: PlaceKind): LanePlace[] {
    const rows = this.#state.database
      .prepare('SELECT lane, partition, slice, offset, checksum FROM places WHERE kind = ? ORDER BY lane, partition')
      .all(kind);
    return rows.map((row) => {
      const place = {
        lane: String(row['lane']),
        partition: Number(row['partition']),
        slice: Number(row['slice']),
        offset: Number(row['offset']),
      };
      this.#believe('places', row['checksum'] === placeChecksum(kind, place));
      return place;
    });
  }

  /** Checks every body too: a chunk that cannot be sent must stop the start, not the publishing. */
  #waiting(): StoredChunk[] {
    const waiting: StoredChunk[] = [];
    for (const row of this.#state.database.prepare('SELECT * FROM chunks ORDER BY id').iterate()) {
      const [id, partition, bytes] = [Number(row['id']), Number(row['partition']), Number(row['bytes'])];
      const [headers, body] = [String(row['headers']), row['body']];
      const key = chunkKey(id, partition, bytes, headers);
      this.#believe('chunks', body instanceof Uint8Array && row['checksum'] === rowChecksum(key, body));
      waiting.push({
        id,
        partition,
        headers: JSON.parse(headers) as ChunkHeaders,
        bytes,
        events: Number(row['events']),
        readAt: Number(row['read_at']),
      });
    }
    return waiting;
  }

  #believe(table: string, intact: boolean): void {
    if (intact) return;
    const { directory, kind } = this.#state;
    throw stateDamaged(directory, kind, `a record in its table ${table} is not what was written`);
  }
}

function placeChecksum(kind: PlaceKind, place: LanePlace): number {
  return rowChecksum(`${kind} ${place.lane}`, `${place.partition} ${place.slice} ${place.offset}`);
}
