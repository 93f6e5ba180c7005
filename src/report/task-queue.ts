import type { ReadTask } from './read-task.ts';

/**
 * Tasks for several threads. Parts of one file come first, in their order, each to whoever asks. Of whole files each
 * thread has a run of its own, so that the rows of a client mostly meet in one thread; who has nothing left takes the
 * last one of whom most is left to.
 */
export class TaskQueue {
  readonly #parts: ReadTask[];
  readonly #runs: { readonly tasks: ReadTask[]; bytes: number }[];

  constructor(tasks: readonly ReadTask[], threads: number) {
    this.#parts = tasks.filter(({ range }) => range !== null);
    this.#runs = Array.from({ length: threads }, () => ({ tasks: [], bytes: 0 }));
    const files = tasks.filter(({ range }) => range === null);
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let before = 0;
    for (const task of files) {
      const run = this.#runs[Math.floor((threads * before) / (total + 1))];
      run?.tasks.push(task);
      if (run !== undefined) run.bytes += task.bytes;
      before += task.bytes;
    }
  }

  /** Null when all is given away. */
  next(thread: number): ReadTask | null {
    const part = this.#parts.shift();
    if (part !== undefined) return part;
    const own = this.#runs[thread];
    if (own !== undefined && own.tasks.length > 0) return taken(own, own.tasks.shift());
    const [most] = this.#runs.filter(({ tasks }) => tasks.length > 0).sort((a, b) => b.bytes - a.bytes);
    return most === undefined ? null : taken(most, most.tasks.pop());
  }
}

function taken(run: { bytes: number }, task: ReadTask | undefined): ReadTask | null {
  run.bytes -= task?.bytes ?? 0;
  return task ?? null;
}
