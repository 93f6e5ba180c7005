/** Why a row was not counted. */
type InvalidRowReason =
  | 'too few columns'
  | 'unclosed quote'
  | 'unreadable time'
  | 'unreadable sequence number'
  | 'unreadable address'
  | 'over-long row';

/** What else was odd; the rows around it count. */
type OddityReason =
  | 'extra columns'
  | 'quote closed by the end of the row'
  | 'unreadable size'
  | 'unreadable server address'
  | 'unreadable header'
  | 'NUL bytes';

export type ProblemReason = InvalidRowReason | OddityReason;

/** Where a row stands: bytes from the start of the file, and the number of line ends before it in the slice. */
export interface RowPlace {
  readonly start: number;
  /** End of the row without its line end; of an over-long one, as far as it was there. */
  readonly end: number;
  readonly line: number;
}

export interface Problem {
  readonly reason: ProblemReason;
  readonly count: number;
  /** The first of them, at most `problemPlacesMax`. */
  readonly places: readonly RowPlace[];
}

const problemPlacesMax = 32;

/** The problems of one slice by reason; bounded by the number of reasons and places. */
export class Problems {
  readonly #byReason = new Map<ProblemReason, { count: number; places: RowPlace[] }>();

  add(reason: ProblemReason, start: number, end: number, line: number): void {
    let problem = this.#byReason.get(reason);
    if (problem === undefined) {
      problem = { count: 0, places: [] };
      this.#byReason.set(reason, problem);
    }
    problem.count++;
    if (problem.places.length < problemPlacesMax) {
      problem.places.push({ start, end, line });
    }
  }

  list(): Problem[] {
    return [...this.#byReason].map(([reason, { count, places }]) => ({ reason, count, places }));
  }
}
