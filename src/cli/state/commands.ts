/** `straggler state …`: its commands, flags and help. */
import { type Command, Option } from 'commander';
import { collect, protocolParser } from '../list-flags.ts';
import { addSettingFlags } from '../setting-flags.ts';

type Options = Readonly<Record<string, unknown>>;

const examples = {
  show: `
Examples:
  straggler state show --state /var/lib/straggler
  straggler state show --brokers kafka1:9092 --format json

Without --state and --brokers it is the state of \`run\` or \`agent\` in this platform's folder. Nothing is written, and
what is shown may be in use.`,
  verify: `
Examples:
  straggler state verify --state /var/lib/straggler/agent
  straggler state verify --brokers kafka1:9092

Exit status: 0 whole, 1 it could not be looked at, 2 a problem was found. Nothing is written.`,
  export: `
Examples:
  straggler state export --state /var/lib/straggler/run --inventory known-clients.csv --output clients.csv
  straggler state export --brokers kafka1:9092 --format ndjson`,
  rewind: `
Examples:
  straggler state rewind --state /var/lib/straggler/run --since 7d --dry-run
  straggler state rewind --state /var/lib/straggler/run --since all --server EX01 --counts drop
  straggler state rewind --state /var/lib/straggler/agent --since 2026-11-20 --counts keep

Nothing may run on the state; copy its folder first. Each lane begins anew, under a new id. What was counted of the
rows that are read again is not forgotten by that: --counts says what becomes of it, and without it nothing that was
counted is rewound. On an agent it can only be kept: collectors count the rows again in totals, never among clients.`,
} as const;

export function addState(program: Command): void {
  const state = program.command('state').description('what was read and counted: look at it, prove it, take it out');
  addShow(state);
  addVerify(state);
  addExport(state);
  addRewind(state);
}

function addShow(state: Command): void {
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

function addVerify(state: Command): void {
  targetFlags(state.command('verify'))
    .description('whether it is whole, and fits the logs or the topic that it was read from')
    .addOption(new Option('--format <format>', 'json: one finding a line').choices(['table', 'json']).default('table'))
    .addHelpText('after', examples.verify)
    .action(async (options: Options) => {
      const { verifyStateCommand } = await import('./verify.ts');
      process.exitCode = await verifyStateCommand(options);
    });
}

function addExport(state: Command): void {
  targetFlags(state.command('export'))
    .description('all sightings, in the bytes of /api/v1/export.csv')
    .addOption(new Option('--format <format>', 'what to print').choices(['csv', 'ndjson']).default('csv'))
    .option('--output <file>', 'write to a file instead of standard output')
    .option('--inventory <file>', 'CSV of known clients, for status, label and owner')
    .addHelpText('after', examples.export)
    .action(async (options: Options) => {
      const { exportStateCommand } = await import('./export.ts');
      process.exitCode = await exportStateCommand(options);
    });
}

function addRewind(state: Command): void {
  state
    .command('rewind')
    .description('read logs again from an earlier time: the state of `run`, or of an agent')
    .requiredOption(
      '--since <time>',
      'from this time on: ISO 8601 (UTC where it names no zone), back from now as 36h, or all',
    )
    .option('--state <directory>', 'the state folder')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--lane <id>', 'only this lane; may be repeated', collect)
    .option('--server <name>', 'only lanes of this server; may be repeated', collect)
    .addOption(new Option('--protocol <protocol>', 'only this protocol; may be repeated').argParser(protocolParser))
    .addOption(
      new Option(
        '--counts <what>',
        'what was counted stays, and counts twice; or is dropped, and counted anew',
      ).choices(['keep', 'drop']),
    )
    .option('--dry-run', 'only say what it would mean')
    .addHelpText('after', examples.rewind)
    .action(async (options: Options) => {
      const { rewindStateCommand } = await import('./rewind.ts');
      process.exitCode = await rewindStateCommand(options);
    });
}

function targetFlags(command: Command): Command {
  return addSettingFlags(command, 'state').option(
    '--kafka',
    "the state topic of the collectors, at the configuration's kafka.brokers",
  );
}
