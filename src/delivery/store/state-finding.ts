/** Something that `straggler state verify` has found. */
export interface StateFinding {
  /** `problem`: what is shown, or what will be read, is not right. `warning`: worth knowing. */
  readonly severity: 'problem' | 'warning';
  /** One sentence, without a full stop. */
  readonly text: string;
  /** What to do, one sentence. */
  readonly remedy: string;
}

const shownMax = 20;

/** Findings of one kind: the first ones, and how many more there are. A state that is torn is torn in many places. */
export class Findings {
  readonly #shown: StateFinding[] = [];
  #hidden = 0;

  add(finding: StateFinding): void {
    if (this.#shown.length < shownMax) this.#shown.push(finding);
    else this.#hidden++;
  }

  list(): StateFinding[] {
    const [first] = this.#shown;
    if (this.#hidden === 0 || first === undefined) return [...this.#shown];
    return [...this.#shown, { ...first, text: `and ${this.#hidden} more of this kind` }];
  }
}
