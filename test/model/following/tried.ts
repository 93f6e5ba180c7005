/** Tries random stories; of one that fails, the shortest that still does is shown, and what repeats it. */
import * as fc from 'fast-check';
import { story, type Story } from './actions.ts';
import { tell } from './trial.ts';

export interface Tries {
  readonly runs: number;
  readonly seed: number;
  /** Where in the seed's stories to begin: what a failure has named. */
  readonly path?: string;
}

/** Null when every story ended as it must; else what went wrong, in words. */
export async function failureOf({ runs, seed, path }: Tries): Promise<string | null> {
  const found = await fc.check(fc.asyncProperty(story, tell), {
    numRuns: runs,
    seed,
    ...(path === undefined ? {} : { path }),
  });
  if (!found.failed) return null;
  const [told] = found.counterexample ?? [];
  const error = found.errorInstance instanceof Error ? (found.errorInstance.stack ?? '') : String(found.errorInstance);
  return [
    `Seed ${seed}, story ${found.numRuns}, made shorter ${found.numShrinks} times:`,
    ...(told === undefined ? [] : lines(told)),
    error,
    `Again: npm run soak -- --seed ${seed} --path ${found.counterexamplePath}`,
  ].join('\n');
}

function lines({ actions, ...settings }: Story): string[] {
  return [
    `  ${JSON.stringify(settings)}`,
    ...actions.map(({ kind, ...rest }, index) => `  ${index + 1}. ${kind} ${JSON.stringify(rest)}`),
  ];
}
