import type { UserPrivacy } from '../exchange-log/user-privacy.ts';
import type { PackedTally } from './packed-tally.ts';
import type { ReadOutcome, ReadTask } from './read-task.ts';

/** What a reading thread can be asked. */
export interface ThreadCalls {
  start(options: ThreadOptions): void;
  /** The tally is that of a part of a file; that of whole files stays in the thread. */
  read(task: ReadTask): { readonly outcome: ReadOutcome; readonly tally: PackedTally | null };
  /** All that the thread has added up of whole files. */
  finish(request: null): PackedTally;
}

export interface ThreadOptions {
  readonly since: number | null;
  readonly until: number | null;
  readonly users: UserPrivacy;
  /** One number that all threads add the bytes to which they read. */
  readonly bytesRead: BigInt64Array<SharedArrayBuffer>;
}
