/**
 * Slices of an imaginary log, for tests of a delivery: a lane with one file whose slices, each of 1000 bytes, are the
 * same for the same seed however often they are made. So "read again from where it stood" is the next slice.
 */
import type { ConnectionEvent } from '../../src/event/connection-event.ts';
import type { Slice } from '../../src/delivery/delivery.ts';
import type { FileRecord, LaneRecord } from '../../src/delivery/records.ts';

export interface HandedSlice {
  readonly slice: Slice;
  readonly events: readonly ConnectionEvent[];
}

const sliceBytes = 1000;
const firstRowAt = Date.UTC(2026, 10, 20, 10);

/** A small generator of numbers (mulberry32), uniform in [0, 1): the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class LogLane {
  readonly record: LaneRecord;
  readonly path: string;
  readonly #seed: number;

  constructor(name: string, seed = 1) {
    this.#seed = seed;
    this.path = `/logs/${name}/POP32026112010-1.LOG`;
    this.record = {
      id: `lane-${name}`,
      server: name.toUpperCase(),
      protocol: 'pop3',
      root: `/logs/${name}`,
      horizon: null,
      createdAt: firstRowAt,
      readBackDone: false,
      bytesLost: 0,
      lostAt: null,
    };
  }

  get fileId(): string {
    return `file-${this.record.id}`;
  }

  /** The file's record once `slices` of its slices are durable. */
  file(slices: number): FileRecord {
    const offset = slices * sliceBytes;
    return {
      id: this.fileId,
      lane: this.record.id,
      path: this.path,
      locator: '2049:18446744073709551615',
      prefix: { start: 0, length: 256, hash: 'aa'.repeat(32) },
      guard: { start: Math.max(0, offset - 256), length: 256, hash: slices.toString(16).padStart(64, '0') },
      offset,
      columns: slices === 0 ? null : ['dateTime', 'sessionId', 'cIp'],
      skippingFrom: null,
      epoch: 0,
      finished: false,
      grewAt: firstRowAt + slices,
      missingSince: null,
      extraColumnsNoted: slices > 0,
    };
  }

  /** Slice `number`, from 0. */
  slice(number: number, options: { readonly readingBack?: boolean; readonly events?: number } = {}): HandedSlice {
    const random = seeded(this.#seed * 1_000_003 + number);
    const count = options.events ?? Math.floor(random() * 8);
    const start = number * sliceBytes;
    const file = this.file(number + 1);
    return {
      slice: {
        lane: this.record,
        file,
        start,
        end: file.offset,
        rows: count * 3,
        readingBack: options.readingBack ?? false,
        readAt: firstRowAt + number,
      },
      events: Array.from({ length: count }, (_, index) => this.#event(start + index * 100, random)),
    };
  }

  slices(from: number, to: number): HandedSlice[] {
    return Array.from({ length: to - from }, (_, index) => this.slice(from + index));
  }

  #event(offset: number, random: () => number): ConnectionEvent {
    const first = firstRowAt + Math.floor(random() * 3_600_000);
    const failed = random() < 0.2;
    const users = random() < 0.7 ? [`user${Math.floor(random() * 40)}`] : [];
    return {
      protocol: this.record.protocol,
      server: this.record.server,
      address: `10.0.${Math.floor(random() * 2)}.${Math.floor(random() * 20)}`,
      clientPort: 50_000 + Math.floor(random() * 1000),
      endpoint: random() < 0.5 ? '10.0.0.1:995' : null,
      session: null,
      file: this.path,
      offset,
      opened: random() < 0.9 ? 1 : 0,
      rows: 1 + Math.floor(random() * 9),
      commands: Math.floor(random() * 5),
      loginsSucceeded: failed ? 0 : 1,
      loginsFailed: failed ? 1 : 0,
      bytesReceived: Math.floor(random() * 1000),
      bytesSent: Math.floor(random() * 100_000),
      first,
      last: first + Math.floor(random() * 60_000),
      users,
      hasUser: users.length > 0,
      failure: failed ? { at: first, reason: `-ERR ${Math.floor(random() * 3)}` } : null,
    };
  }
}
