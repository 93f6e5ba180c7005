/** How much of the outbox is taken, before compression. Everything that waits is also in memory, so this bounds both. */
import type { Piece } from './cut.ts';

/** What a chunk costs beside its body: headers, bookkeeping. */
const chunkOverheadBytes = 1024;

export class OutboxRoom {
  readonly bytesMax: number;
  #bytes = 0;
  #chunks = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get chunks(): number {
    return this.#chunks;
  }

  add(bodyBytes: number): void {
    this.#chunks += 1;
    this.#bytes += bodyBytes + chunkOverheadBytes;
  }

  free(bodyBytes: number): void {
    this.#chunks -= 1;
    this.#bytes -= bodyBytes + chunkOverheadBytes;
  }

  /** Room for so many bytes more; an empty outbox has room for anything, or a large slice would never pass. */
  has(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.bytesMax;
  }
}

/** What the pieces of a slice will take. */
export function bytesOfPieces(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { body }) => sum + body.length + chunkOverheadBytes, 0);
}
