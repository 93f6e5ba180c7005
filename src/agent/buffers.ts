/** Read buffers that are used again. As many of them exist as are in use at a time, which the bytes in flight bound. */
export class Buffers {
  readonly #keptMax: number;
  readonly #kept = new Map<number, Buffer[]>();

  constructor(keptMax: number) {
    this.#keptMax = keptMax;
  }

  take(bytes: number): Buffer {
    return this.#kept.get(bytes)?.pop() ?? Buffer.allocUnsafeSlow(bytes);
  }

  /** The buffer must be in nobody's hands any more. */
  give(buffer: Buffer): void {
    const kept = this.#kept.get(buffer.length) ?? [];
    if (kept.length < this.#keptMax) kept.push(buffer);
    this.#kept.set(buffer.length, kept);
  }
}
