/**
 * The delivery seam in memory, for tests of the agent: a `MemoryState` outlives the deliveries that are opened on it,
 * as a state directory outlives processes. Faults are part of it: it can refuse, and it can hold everything back.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Bookkeeping, Delivery, LaneDelivery, Slice } from '../src/delivery/delivery.ts';
import type { AgentState, FileRecord, LaneRecord } from '../src/delivery/records.ts';
import type { ConnectionEvent } from '../src/event/connection-event.ts';

export interface Delivered {
  readonly slice: Slice;
  readonly events: readonly ConnectionEvent[];
}

export class MemoryState {
  readonly agent = randomUUID();
  readonly lanes = new Map<string, LaneRecord>();
  readonly files = new Map<string, FileRecord>();
  readonly delivered: Delivered[] = [];

  get events(): ConnectionEvent[] {
    return this.delivered.flatMap(({ events }) => events);
  }

  /** Rows counted, by session. */
  get rowsBySession(): Map<string, number> {
    const rows = new Map<string, number>();
    for (const { session, rows: count } of this.events) {
      rows.set(session ?? '', (rows.get(session ?? '') ?? 0) + count);
    }
    return rows;
  }

  /** Files as they stand, by the last part of their path. */
  file(name: string): FileRecord | undefined {
    return [...this.files.values()].find(({ path, missingSince }) => path.endsWith(name) && missingSince === null);
  }
}

export class MemoryDelivery implements Delivery {
  readonly state: AgentState;
  readonly #memory: MemoryState;
  readonly #lanes = new Map<string, LaneQueue>();
  /** Slices handed over and not yet durable. */
  waiting = 0;
  waitingBytes = 0;
  waitingBytesMost = 0;
  /** So many of the next slices are refused. */
  refuseNext = 0;
  /** So many of the next records are refused. */
  refuseNextRecords = 0;
  /** Every slice of such a lane is refused. */
  refuseLane: ((lane: LaneRecord) => boolean) | null = null;
  refused = 0;
  #gate = Promise.resolve();
  #openGate: () => void = () => {};
  #isClosed = false;

  constructor(memory: MemoryState) {
    this.#memory = memory;
    this.state = { agent: memory.agent, lanes: [...memory.lanes.values()], files: [...memory.files.values()] };
  }

  /** Nothing becomes durable until `release`. */
  hold(): void {
    this.release();
    this.#gate = new Promise((resolve) => {
      this.#openGate = resolve;
    });
  }

  release(): void {
    this.#openGate();
  }

  /** As when the process is killed: what is not durable by now never will be. */
  kill(): void {
    this.#isClosed = true;
    this.release();
  }

  async deliver(slice: Slice, events: readonly ConnectionEvent[]): Promise<void> {
    const bytes = slice.end - slice.start;
    this.waiting++;
    this.waitingBytes += bytes;
    this.waitingBytesMost = Math.max(this.waitingBytesMost, this.waitingBytes);
    try {
      await this.#inOrder(
        slice.lane.id,
        () => this.#refusesSlice(slice.lane),
        () => {
          this.#assertContinues(slice);
          this.#memory.files.set(slice.file.id, slice.file);
          this.#memory.delivered.push({ slice, events });
        },
      );
    } finally {
      this.waiting--;
      this.waitingBytes -= bytes;
    }
  }

  async record(change: Bookkeeping): Promise<void> {
    const lane = change.lanes?.[0]?.id ?? change.files?.[0]?.lane ?? '';
    await this.#inOrder(
      lane,
      () => this.#refusesRecord(),
      () => {
        for (const record of change.lanes ?? []) this.#memory.lanes.set(record.id, record);
        for (const record of change.files ?? []) this.#memory.files.set(record.id, record);
        for (const id of change.forgottenFiles ?? []) this.#memory.files.delete(id);
      },
    );
  }

  /** Refuses a slice that was handed over before its caller had seen that the one before it was refused. */
  #assertContinues({ file, start }: Slice): void {
    const durable = this.#memory.files.get(file.id);
    const from = durable === undefined || durable.epoch !== file.epoch ? 0 : durable.offset;
    if (start !== from) throw new Error(`a slice begins at ${start}, but its file is durable up to ${from}`);
  }

  /** Runs in order within a lane. What was handed over before a refusal is refused with it. */
  async #inOrder(lane: string, isRefused: () => boolean, apply: () => void): Promise<void> {
    const queue = this.#lanes.get(lane) ?? { tail: Promise.resolve(), generation: 0 };
    this.#lanes.set(lane, queue);
    const { generation } = queue;
    const run = queue.tail.then(async () => {
      await this.#gate;
      await turnOfTheLoop();
      if (this.#isClosed) throw new Error('the delivery is closed');
      const isBehindRefusal = queue.generation !== generation;
      if (isBehindRefusal || isRefused()) {
        if (!isBehindRefusal) queue.generation++;
        this.refused++;
        throw new Error('refused');
      }
      apply();
    });
    queue.tail = run.catch(() => {});
    await run;
  }

  #refusesSlice(lane: LaneRecord): boolean {
    if (this.refuseLane?.(lane) === true) return true;
    if (this.refuseNext === 0) return false;
    this.refuseNext--;
    return true;
  }

  #refusesRecord(): boolean {
    if (this.refuseNextRecords === 0) return false;
    this.refuseNextRecords--;
    return true;
  }

  lane(): LaneDelivery {
    return { pendingBytes: 0, oldestUnackedAt: null, publishErrors: 0, deadLetters: 0, ledger: [] };
  }

  async drain(): Promise<void> {
    for (const { tail } of this.#lanes.values()) await tail;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
  }
}

interface LaneQueue {
  tail: Promise<void>;
  /** Slices handed over before a refusal are refused with it. */
  generation: number;
}
