import { type ReaderState, type SliceResult, startOfFile } from '../exchange-log/slice.ts';
import type { ReadOutcome } from './read-task.ts';

/** What is known of an input while it is read, slice by slice. */
export class GrowingOutcome {
  isOpened = false;
  lines = 0;
  isUnterminated = false;
  failure: string | null = null;
  stateBefore: ReaderState = startOfFile;
  stateAfter: ReaderState = startOfFile;
  readonly #servers = new Set<string>();
  readonly #problems = new Map<string, { line: number | null; reason: string; count: number }>();

  addSlice({ servers, problems, lines, unterminated, state }: SliceResult): void {
    for (const { server } of servers) this.#servers.add(server);
    for (const { reason, count, places } of problems) {
      const [first] = places;
      this.addProblem(first === undefined ? null : this.lines + first.line, reason, count);
    }
    this.lines += lines;
    this.isUnterminated = unterminated;
    this.stateAfter = state;
  }

  /** @param line lines before the first of them */
  addProblem(line: number | null, reason: string, count = 1): void {
    const known = this.#problems.get(reason);
    if (known === undefined) this.#problems.set(reason, { line, reason, count });
    else known.count += count;
  }

  result(): ReadOutcome {
    const { isOpened, lines, isUnterminated, failure, stateBefore, stateAfter } = this;
    const servers = [...this.#servers];
    const problems = [...this.#problems.values()];
    return { isOpened, servers, lines, problems, isUnterminated, failure, stateBefore, stateAfter };
  }
}
