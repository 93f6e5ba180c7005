/** Collects the rows of a slice that cannot be read, as dead letters: bounded, whatever a file is full of. */
import { contentBytesMax, type DeadLetter, letterKey } from '../delivery/dead-letters/dead-letter.ts';
import type { LaneRecord } from '../delivery/records.ts';
import type { ProblemReason } from '../exchange-log/problem.ts';

/** Of one slice; of more the rest is only counted. */
const unreadableRowsMax = 1000;

export interface UnreadableRowsOptions {
  readonly lane: Pick<LaneRecord, 'id' | 'server' | 'protocol'>;
  readonly path: string;
  /** Where the user stands in a row that cannot be read is not known, so a row is kept whole or not at all. */
  readonly withContent: boolean;
  readonly now: number;
}

export class UnreadableRows {
  readonly letters: DeadLetter[] = [];
  readonly #bytes: Buffer;
  readonly #offset: number;
  readonly #options: UnreadableRowsOptions;

  /** @param bytes what is read, which begins at `offset` of the file; nothing of it is held on to */
  constructor(bytes: Buffer, offset: number, options: UnreadableRowsOptions) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#options = options;
  }

  add(reason: ProblemReason, start: number, end: number): void {
    if (this.letters.length >= unreadableRowsMax) return;
    const { lane, path, withContent, now } = this.#options;
    // An over-long row is as long as what was there when it was met, so its length tells nothing about which it is.
    const from = start - this.#offset;
    const head = this.#bytes.subarray(from, Math.min(end - this.#offset, from + contentBytesMax.row + 1));
    this.letters.push({
      key: withContent ? letterKey(path, start, head) : letterKey(path, start),
      kind: 'row',
      at: now,
      reason,
      server: lane.server,
      protocol: lane.protocol,
      lane: lane.id,
      path,
      offset: start,
      bytes: end - start,
      content: withContent ? Buffer.from(head) : null,
    });
  }
}
