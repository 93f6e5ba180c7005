import { at, grown } from './int-array.ts';

/** How many clients each set holds, by window and class. */
export class SetCounts {
  readonly #windows: number;
  readonly #classes: number;
  #counts: Int32Array;

  constructor(windows: number, classes: number) {
    this.#windows = windows;
    this.#classes = classes;
    this.#counts = new Int32Array(windows * classes);
  }

  /** Makes room for sets below `sets`. */
  reserve(sets: number): void {
    const length = sets * this.#windows * this.#classes;
    if (length > this.#counts.length) this.#counts = grown(this.#counts, length, 0);
  }

  add(set: number, window: number, classification: number, amount: 1 | -1): void {
    const index = (set * this.#windows + window) * this.#classes + classification;
    this.#counts[index] = at(this.#counts, index) + amount;
  }

  get(set: number, window: number, classification: number): number {
    return at(this.#counts, (set * this.#windows + window) * this.#classes + classification);
  }

  clear(): void {
    this.#counts.fill(0);
  }
}
