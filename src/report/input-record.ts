/**
 * What became of each input, put together in the order of the inputs, whichever thread read them when: a report of any
 * number of threads names the same problems at the same lines.
 */
import type { ReaderState } from '../exchange-log/slice.ts';
import { type InputFile, type LogSource, type UnreadableInput } from './input-file.ts';
import { ProblemList } from './problem-list.ts';
import type { ReadOutcome, ReadTask } from './read-task.ts';
import type { Tally } from './tally.ts';

/** A task that was done; the tally is that of a part of a file, null for a whole file. */
export interface DoneTask {
  readonly task: ReadTask;
  readonly outcome: ReadOutcome;
  readonly tally: Tally | null;
}

export class InputRecord {
  readonly problems = new ProblemList();
  /** Inputs that were read, or begun. */
  files = 0;
  /** Inputs that end in the middle of a row that may still be written. */
  unterminated = 0;
  readonly #tally: Tally;
  readonly #outcomes = new Map<number, ReadOutcome[]>();
  readonly #waiting = new Map<string, DoneTask>();

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /**
   * Takes in what was done. A part of a file counts when all before it do and it was begun as they ended; one that was
   * begun otherwise is read once more, by `again`.
   */
  async add(done: DoneTask, again: (task: ReadTask, state: ReaderState) => Promise<DoneTask>): Promise<void> {
    const { file } = done.task;
    let outcomes = this.#outcomes.get(file);
    if (outcomes === undefined) this.#outcomes.set(file, (outcomes = []));
    this.#waiting.set(`${file} ${done.task.part}`, done);
    for (;;) {
      const key = `${file} ${outcomes.length}`;
      const next = this.#waiting.get(key);
      if (next === undefined) return;
      this.#waiting.delete(key);
      const before = outcomes.at(-1);
      const isFit = before === undefined || isSameState(before.stateAfter, next.outcome.stateBefore);
      const { outcome, tally } = isFit ? next : await again(next.task, before.stateAfter);
      // Behind a place where reading failed nothing is read, whoever has.
      const isLost = before !== undefined && before.failure !== null;
      if (tally !== null && !isLost) this.#tally.merge(tally);
      outcomes.push(isLost ? { ...before, lines: 0, problems: [], servers: [] } : outcome);
    }
  }

  /** All files are read. Answers what could not be. */
  end(files: readonly InputFile[], found: readonly UnreadableInput[]): UnreadableInput[] {
    const unreadable = [...found];
    for (const [file, input] of files.entries()) {
      const outcomes = this.#outcomes.get(file) ?? [];
      const failure = this.addInput(input.path, input, outcomes);
      if (failure !== null) unreadable.push({ path: input.path, reason: failure });
    }
    return unreadable;
  }

  /** Answers what could not be read of it, in words. */
  addInput(path: string, source: LogSource, outcomes: readonly ReadOutcome[]): string | null {
    let lines = 0;
    for (const { problems, lines: more } of outcomes) {
      for (const { line, reason, count } of problems) {
        this.problems.add(path, line === null ? null : lines + line + 1, reason, count);
      }
      lines += more;
    }
    if (outcomes.some(({ isOpened }) => isOpened)) {
      this.files++;
      this.#tally.addFile(source, new Set(outcomes.flatMap(({ servers }) => servers)));
    }
    if (outcomes.at(-1)?.isUnterminated === true) this.unterminated++;
    return outcomes.find(({ failure }) => failure !== null)?.failure ?? null;
  }
}

function isSameState(left: ReaderState, right: ReaderState): boolean {
  return (
    left.skippingFrom === right.skippingFrom &&
    left.extraColumnsNoted === right.extraColumnsNoted &&
    JSON.stringify(left.columns) === JSON.stringify(right.columns)
  );
}
