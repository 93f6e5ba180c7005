import type { Bookkeeping, Slice } from './delivery.ts';
import type { FileRecord } from './records.ts';

/**
 * Holds that the slices of a file join without a hole and without an overlap: a slice that begins anywhere but where
 * the file was left would lose rows or count them twice, and is refused before anything is taken from it.
 *
 * A file that is not known may begin anywhere (reading back starts in its middle), and so may a new epoch.
 */
export class SliceOrder {
  readonly #files = new Map<string, { readonly epoch: number; readonly offset: number }>();

  constructor(files: readonly FileRecord[]) {
    for (const file of files) this.#know(file);
  }

  /** Throws, and changes nothing, if the slice does not follow what was handed over before. */
  take({ file, start, end }: Slice): void {
    const known = this.#files.get(file.id);
    const follows =
      known === undefined || known.epoch < file.epoch || (known.epoch === file.epoch && known.offset === start);
    if (!follows || end < start || file.offset !== end) {
      const stands = known === undefined ? 'not known' : `at ${known.offset} of epoch ${known.epoch}`;
      throw new Error(
        `a slice of ${file.path}, bytes ${start} to ${end} of epoch ${file.epoch}, does not follow: the file is ${stands}`,
      );
    }
    this.#know(file);
  }

  record(change: Bookkeeping): void {
    for (const file of change.files ?? []) this.#know(file);
    for (const id of change.forgottenFiles ?? []) this.#files.delete(id);
  }

  #know({ id, epoch, offset }: FileRecord): void {
    this.#files.set(id, { epoch, offset });
  }
}
