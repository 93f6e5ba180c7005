/** `straggler state …`: its commands, flags and help. */
import { type Command, Option } from 'commander';
import { addSettingFlags } from '../setting-flags.ts';

type Options = Readonly<Record<string, unknown>>;

const examples = {
  show: `
Examples:
  straggler state show --state /var/lib/straggler
  straggler state show --brokers kafka1:9092 --format json

Without --state and --brokers it is the state of \`run\` or \`agent\` in this platform's folder. Nothing is written, and
what is shown may be in use.`,
} as const;

export function addState(program: Command): void {
  const state = program.command('state').description('what was read and counted: look at it, prove it, take it out');
  targetFlags(state.command('show'))
    .description('what a state folder, or the state topic of the collectors, holds')
    .addOption(new Option('--format <format>', 'what to print').choices(['table', 'json']).default('table'))
    .option('--files', 'list the files too (JSON has them always)')
    .addHelpText('after', examples.show)
    .action(async (options: Options) => {
      const { showStateCommand } = await import('./show.ts');
      process.exitCode = await showStateCommand(options);
    });
}

function targetFlags(command: Command): Command {
  return addSettingFlags(command, 'state').option(
    '--kafka',
    "the state topic of the collectors, at the configuration's kafka.brokers",
  );
}
