import { UserError } from '../runtime/errors.ts';
import { visibleText } from '../runtime/visible-text.ts';

/** Says on standard error why a command ended, and answers its exit code. A defect is printed with its stack. */
export function explain(error: unknown): number {
  if (error instanceof UserError) {
    for (const line of error.message.split('\n')) process.stderr.write(`straggler: ${visibleText(line)}\n`);
    if (error.remedy !== null) process.stderr.write(`  ${visibleText(error.remedy)}\n`);
    return 1;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `straggler: this is a defect of the program, please report it:\n${text.split('\n').map(visibleText).join('\n')}\n`,
  );
  return 1;
}
