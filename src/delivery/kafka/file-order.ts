import type { Bookkeeping, Slice } from '../delivery.ts';
import type { FileRecord } from '../records.ts';
import { SliceOrder } from '../slice-order.ts';

/** Holds slices to their order, and can go back to what is durable when what was handed over is refused. */
export class FileOrder {
  readonly #durable: Map<string, FileRecord>;
  #order: SliceOrder;

  constructor(files: readonly FileRecord[]) {
    this.#durable = new Map(files.map((file) => [file.id, file]));
    this.#order = new SliceOrder(files);
  }

  /** Throws if the slice does not follow what was handed over before. */
  take(slice: Slice): void {
    this.#order.take(slice);
  }

  record(change: Bookkeeping): void {
    this.#order.record(change);
  }

  becameDurable(change: Bookkeeping): void {
    for (const file of change.files ?? []) this.#durable.set(file.id, file);
    for (const id of change.forgottenFiles ?? []) this.#durable.delete(id);
  }

  goBack(): void {
    this.#order = new SliceOrder([...this.#durable.values()]);
  }
}
