/** `straggler state …` without a process of its own: what the command line calls, with what it would print. */
import { Writable } from 'node:stream';
import { exportStateCommand } from '../../src/cli/state/export.ts';
import { rewindStateCommand } from '../../src/cli/state/rewind.ts';
import { showStateCommand } from '../../src/cli/state/show.ts';
import { verifyStateCommand } from '../../src/cli/state/verify.ts';
import { UserError } from '../../src/runtime/errors.ts';
import type { Ended } from './run-straggler.ts';

export const commands = {
  show: showStateCommand,
  verify: verifyStateCommand,
  export: exportStateCommand,
  rewind: rewindStateCommand,
} as const;

/** `options` are commander's, by camel-cased flag. A UserError ends as it does on the command line; others are thrown. */
export async function stateCommand(
  name: keyof typeof commands,
  options: Readonly<Record<string, unknown>>,
): Promise<Ended> {
  let out = '';
  const output = new Writable({
    decodeStrings: false,
    write(piece: string, _encoding, done) {
      out += piece;
      done();
    },
  });
  try {
    return { code: await commands[name](options, output), out, errors: '' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const remedy = error.remedy === null ? '' : `  ${error.remedy}\n`;
    return { code: 1, out, errors: `straggler: ${error.message}\n${remedy}` };
  }
}
