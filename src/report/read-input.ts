import { ReaderCaches } from '../exchange-log/reader-caches.ts';
import type { ReaderState } from '../exchange-log/slice.ts';
import { userPrivacy } from '../exchange-log/user-privacy.ts';
import { WorkerClient } from '../runtime/worker/worker-client.ts';
import { finishedFiles } from './finished.ts';
import { type FoundInput, type UnreadableInput, standardInputPath } from './input-file.ts';
import { type DoneTask, InputRecord } from './input-record.ts';
import type { ReportOptions } from './options.ts';
import { unpackTally } from './packed-tally.ts';
import { FileReader } from './read-file.ts';
import { readStandardInput } from './read-standard-input.ts';
import type { ReadTask } from './read-task.ts';
import { readTasks } from './read-tasks.ts';
import { Tally } from './tally.ts';
import { TaskQueue } from './task-queue.ts';
import type { ThreadCalls } from './thread-calls.ts';

export interface ReadInput {
  readonly tally: Tally;
  readonly record: InputRecord;
  /** Inputs that could not be read, or not to their end. */
  readonly unreadable: readonly UnreadableInput[];
}

/** A thread that is given up in the middle of a file has this long to end by itself. */
const threadCloseMs = 200;

/** Reading leaves little behind that is soon gone. */
const threadLimits = { maxYoungGenerationSizeMb: 12 };

/** Reads all that was found: this thread, and as many more as are wanted and worth it. */
export async function readInput(found: FoundInput, options: ReportOptions): Promise<ReadInput> {
  const bytes = found.files.reduce((sum, file) => sum + file.bytes, 0);
  options.progress.started(found.files.length, bytes);
  const wanted = Math.max(1, Math.min(options.threads, Math.floor(bytes / options.threadBytes)));
  const finished = finishedFiles(found.files, options.clock.now());
  const tasks = readTasks(found.files, finished, wanted === 1 ? Number.POSITIVE_INFINITY : options.partBytes);
  const reading = new InputReading(options, tasks, Math.min(wanted, Math.max(1, tasks.length)));
  await reading.readFiles();
  return await reading.end(found);
}

class InputReading {
  readonly #options: ReportOptions;
  readonly #threads: number;
  readonly #queue: TaskQueue;
  readonly #tally = new Tally();
  readonly #record = new InputRecord(this.#tally);
  readonly #caches: ReaderCaches;
  readonly #reader: FileReader;
  /** What other threads have read, for the progress bar. */
  readonly #bytesRead = new BigInt64Array(new SharedArrayBuffer(8));
  #bytesTold = 0n;
  #recorded = Promise.resolve();

  constructor(options: ReportOptions, tasks: readonly ReadTask[], threads: number) {
    this.#options = options;
    this.#threads = threads;
    this.#queue = new TaskQueue(tasks, threads);
    this.#caches = new ReaderCaches(userPrivacy(options.users));
    this.#reader = new FileReader(this.#caches, options, (bytes) => this.#tellProgress(bytes));
  }

  async readFiles(): Promise<void> {
    await using threads = new AsyncDisposableStack();
    const { signal } = this.#options;
    const all = [this.#readHere()];
    for (let thread = 1; thread < this.#threads; thread++) {
      const worker = new WorkerClient<ThreadCalls>(new URL('./read-worker.ts', import.meta.url), {
        closeMs: threadCloseMs,
        limits: threadLimits,
      });
      threads.use(worker);
      all.push(this.#readIn(worker, thread));
    }
    await Promise.race([Promise.all(all), aborted(signal)]);
  }

  async end(found: FoundInput): Promise<ReadInput> {
    const unreadable = this.#record.end(found.files, found.unreadable);
    const { standardInput } = found;
    if (standardInput !== null) {
      const outcome = await readStandardInput(standardInput, this.#tally, this.#caches, this.#options);
      const failure = this.#record.addInput(standardInputPath, standardInput, [outcome]);
      if (failure !== null) unreadable.push({ path: standardInputPath, reason: failure });
    }
    for (const { path, reason } of unreadable) this.#record.problems.add(path, null, reason);
    return { tally: this.#tally, record: this.#record, unreadable };
  }

  async #readHere(): Promise<void> {
    for (let task = this.#queue.next(0); task !== null; task = this.#queue.next(0)) {
      await this.#take(await this.#read(this.#reader, task));
    }
  }

  async #read(reader: FileReader, task: ReadTask): Promise<DoneTask> {
    const tally = task.range === null ? null : new Tally();
    return { task, outcome: await reader.read(task, tally ?? this.#tally), tally };
  }

  /** The thread has its next task before it is done with the one before, so that it never waits for this one. */
  async #readIn(worker: WorkerClient<ThreadCalls>, thread: number): Promise<void> {
    const { since, until, users } = this.#options;
    await worker.call('start', { since, until, users, bytesRead: this.#bytesRead });
    let before = Promise.resolve();
    for (let task = this.#queue.next(thread); task !== null; task = this.#queue.next(thread)) {
      const last = before;
      before = this.#readThere(worker, task);
      // Whoever waits for the task before hears of this one's end later, if at all.
      before.catch(() => {});
      await last;
    }
    await before;
    const packed = await worker.call('finish', null);
    // Its memory is given back before this thread takes more.
    await worker[Symbol.asyncDispose]();
    this.#tally.merge(unpackTally(packed));
  }

  async #readThere(worker: WorkerClient<ThreadCalls>, task: ReadTask): Promise<void> {
    const { outcome, tally } = await worker.call('read', task);
    this.#tellProgress(0);
    await this.#take({ task, outcome, tally: tally === null ? null : unpackTally(tally) });
  }

  /** One after the other: whoever is ahead waits while a part is read again, so that few are in memory. */
  async #take(done: DoneTask): Promise<void> {
    const again = async (task: ReadTask, state: ReaderState): Promise<DoneTask> => {
      // Not by the reader of this thread, which may be in the middle of another file.
      const reader = new FileReader(this.#caches, this.#options, () => {});
      return await this.#read(reader, task.range === null ? task : { ...task, range: { ...task.range, state } });
    };
    const before = this.#recorded;
    const add = async (): Promise<void> => {
      await before;
      await this.#record.add(done, again);
    };
    this.#recorded = add();
    await this.#recorded;
  }

  #tellProgress(bytes: number): void {
    const others = Atomics.load(this.#bytesRead, 0);
    this.#options.progress.read(bytes + Number(others - this.#bytesTold));
    this.#bytesTold = others;
  }
}

async function aborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
