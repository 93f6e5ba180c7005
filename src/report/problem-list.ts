/** Something that was wrong with an input, as a report says it. */
export interface InputProblem {
  /** As it was reached; null = further files, of which there were too many to name. */
  readonly path: string | null;
  /** Line of the first of them, from 1; null where it has none. */
  readonly line: number | null;
  readonly reason: string;
  readonly count: number;
}

/** Paths and reasons named one by one; beyond them problems are only counted by reason. */
const problemsNamedMax = 1000;

/** The problems of all inputs, one entry per path and reason, in the order in which they were met. */
export class ProblemList {
  readonly #entries = new Map<string, { path: string | null; line: number | null; reason: string; count: number }>();

  add(path: string, line: number | null, reason: string, count = 1): void {
    const named = `${path}\t${reason}`;
    const key = this.#entries.has(named) || this.#entries.size < problemsNamedMax ? named : `\t${reason}`;
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      entry.count += count;
    } else {
      this.#entries.set(key, key === named ? { path, line, reason, count } : { path: null, line: null, reason, count });
    }
  }

  list(): readonly InputProblem[] {
    return [...this.#entries.values()];
  }
}
