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

/** The first findings of each severity, and how many more there are: what is torn is torn in many places. */
export class Findings {
  readonly #shown: Readonly<Record<StateFinding['severity'], StateFinding[]>> = { problem: [], warning: [] };
  readonly #hidden = { problem: 0, warning: 0 };

  add(finding: StateFinding): void {
    const { severity } = finding;
    if (this.#shown[severity].length < shownMax) this.#shown[severity].push(finding);
    else this.#hidden[severity]++;
  }

  /** Problems first. */
  list(): StateFinding[] {
    return (['problem', 'warning'] as const).flatMap((severity) => {
      const [shown, hidden] = [this.#shown[severity], this.#hidden[severity]];
      const [first] = shown;
      return hidden === 0 || first === undefined ? shown : [...shown, { ...first, text: `and ${hidden} more` }];
    });
  }
}
