/** One line of `straggler check`: what was looked at, whether it is as it should be, and what to do if not. */
export interface Finding {
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly text: string;
  readonly remedy?: string;
}

const marks = { ok: 'ok      ', warning: 'warning ', problem: 'PROBLEM ' } as const;

export function findingLines({ verdict, text, remedy }: Finding): string {
  return `${marks[verdict]} ${text}\n${remedy === undefined ? '' : `          ${remedy}\n`}`;
}
