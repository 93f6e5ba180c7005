/**
 * The command line. Each command loads what it needs when it runs, so that `--help` answers at once.
 */
import { Command, Option } from 'commander';
import { explain } from './explain.ts';
import { collect, protocolParser } from './list-flags.ts';
import { collectServer } from './server-flag.ts';
import { addSettingFlags } from './setting-flags.ts';
import { addState } from './state/commands.ts';
import { threadsParser } from './threads-flag.ts';
import { version } from './version.ts';

type Options = Readonly<Record<string, unknown>>;

const stopFlag = [
  '--stop-on-stdin-end',
  'stop cleanly when standard input ends, for whoever starts this and cannot send signals (Windows)',
] as const;
const serverFlag = ['--server <name=path>', 'name the server of the logs below a path; may be repeated'] as const;

function addReport(program: Command): void {
  program
    .command('report')
    .description('one pass over logs: the unique client addresses per protocol and server')
    .argument(
      '<path...>',
      'folders (searched for log files by name), files, patterns, .gz files, or - for standard input',
    )
    .addOption(
      new Option('--format <format>', 'what to print').choices(['table', 'csv', 'json', 'html']).default('table'),
    )
    .option('--output <file>', 'write to a file instead of standard output')
    .addOption(new Option('--protocol <protocol>', 'only this protocol; may be repeated').argParser(protocolParser))
    .option(...serverFlag, collectServer)
    .option('--since <time>', 'rows from this time on: ISO 8601 (UTC where it names no zone), or back from now as 36h')
    .option('--until <time>', 'rows before this time')
    .option('--inventory <file>', 'CSV of known clients')
    .option('--own-address <address>', 'address or CIDR of a server of our own; may be repeated', collect)
    .option('--only <status>', 'only clients of this status; may be repeated', collect)
    .option('--fail-on-unknown', 'exit with 2 when an unknown client is left')
    .addOption(
      new Option(
        '--threads <number>',
        'how many threads read (default: the processors of this machine, at most 4)',
      ).argParser(threadsParser),
    )
    .option('--no-progress', 'no progress bar')
    .option('--config <file>', 'configuration file: servers, balancers, inventory and privacy are taken from it')
    .addHelpText(
      'after',
      String.raw`
Examples:
  straggler report "C:\Program Files\Microsoft\Exchange Server\V15\Logging"
  straggler report "\\EX01\C$\Program Files\Microsoft\Exchange Server\V15\Logging" --inventory known-clients.csv
  straggler report /logs --since 7d --format csv --output clients.csv
  straggler report "D:\Archive\*\IMAP4202611*.LOG.gz"
  straggler report /logs --format html --output report.html
  straggler report - --protocol pop3 --format json < POP320260209-1.LOG

Exit status: 0 done, 1 an error, 2 --fail-on-unknown found one, 3 printed, but some input could not be read.`,
    )
    .action(async (paths: string[], options: Options) => {
      const { reportCommand } = await import('./report-command.ts');
      process.exitCode = await reportCommand(paths, options);
    });
}

function addServing(program: Command): void {
  addSettingFlags(program.command('run'), 'run')
    .description('follow folders and show their clients: agent and collector in one process, nothing to install')
    .argument('[path...]', 'folders of logs, or shares (or agent.logs of the configuration file)')
    .option(...serverFlag, collectServer)
    .option(...stopFlag)
    .addHelpText(
      'after',
      String.raw`
Examples:
  straggler run /logs --inventory known-clients.csv
  straggler run "\\EX01\C$\Program Files\Microsoft\Exchange Server\V15\Logging" --read-back 7d`,
    )
    .action(async (paths: string[], options: Options) => {
      const { runCommand } = await import('./run-command.ts');
      process.exitCode = await runCommand(paths, options);
    });
  addSettingFlags(program.command('agent'), 'agent')
    .description('follow folders and publish their connection events to Kafka')
    .argument('[path...]', 'folders of logs, or shares')
    .option(...serverFlag, collectServer)
    .option(...stopFlag)
    .addHelpText(
      'after',
      '\nExample:\n  straggler agent /logs --brokers kafka1:9092,kafka2:9092 --state /var/lib/straggler',
    )
    .action(async (paths: string[], options: Options) => {
      const { agentCommand } = await import('./agent-command.ts');
      process.exitCode = await agentCommand(paths, options);
    });
  addSettingFlags(program.command('collector'), 'collector')
    .description('count the events of all agents: live page, API and metrics')
    .option(...stopFlag)
    .addHelpText('after', '\nExample:\n  straggler collector --brokers kafka1:9092 --inventory known-clients.csv')
    .action(async (options: Options) => {
      const { collectorCommand } = await import('./collector-command.ts');
      process.exitCode = await collectorCommand(options);
    });
}

function addTrying(program: Command): void {
  addSettingFlags(program.command('demo'), 'demo')
    .description('simulated Exchange servers whose devices migrate, and the live page on their logs')
    .option('--directory <directory>', 'write the logs here and keep them (default: a folder that goes with the demo)')
    .option('--speed <n>', 'how much faster than told the story runs', '1')
    .option(...stopFlag)
    .addHelpText('after', '\nExample:\n  straggler demo --speed 5')
    .action(async (options: Options) => {
      const { demoCommand } = await import('./demo-command.ts');
      process.exitCode = await demoCommand(options);
    });
  program
    .command('simulate')
    .description("write what the demo's servers would log, for an agent to follow")
    .argument('<directory>', 'where to write the logs')
    .option('--speed <n>', 'how much busier than told the servers are', '1')
    .option('--seed <n>', 'the same seed writes the same sessions', '1')
    .option(...stopFlag)
    .addHelpText('after', '\nExample:\n  straggler simulate /tmp/logs --speed 10')
    .action(async (directory: string, options: Options) => {
      const { simulateCommand } = await import('./simulate-command.ts');
      process.exitCode = await simulateCommand(directory, options);
    });
}

function addChecking(program: Command): void {
  addSettingFlags(program.command('check'), 'check')
    .description('configuration, folders, state, inventory, brokers and topics, before anything starts')
    .argument('[path...]', 'folders of logs')
    .option('--print-acls', "only print what Kafka's authorizer must allow each program, as commands of kafka-acls.sh")
    .addOption(
      new Option(
        '--for <program>',
        "whose account it is: its rights at the broker must do; an agent's where logs are named",
      ).choices(['agent', 'collector']),
    )
    .option('--create-topics', 'make the topics that are missing, with the settings they need')
    .option(...serverFlag, collectServer)
    .addHelpText(
      'after',
      '\nExamples:\n  straggler check /logs\n  straggler check --brokers kafka1:9092 --create-topics' +
        '\n  straggler check --config collector.yaml --for collector',
    )
    .action(async (paths: string[], options: Options) => {
      const { checkCommand } = await import('./check-command.ts');
      process.exitCode = await checkCommand(paths, options);
    });
  const config = program.command('config').description('settings: what is in force, and all there are');
  addSettingFlags(config.command('print'), 'config')
    .description('every setting in force, and where it comes from')
    .action(async (options: Options) => {
      const { printConfigCommand } = await import('./config-command.ts');
      printConfigCommand(options);
    });
  config
    .command('example')
    .description('a configuration file with every setting and its meaning')
    .action(async () => {
      const { exampleConfigCommand } = await import('./config-command.ts');
      exampleConfigCommand();
    });
}

function addInventory(program: Command): void {
  const inventory = program
    .command('inventory')
    .description('the list of known clients: check it, propose lines for it');
  inventory
    .command('check')
    .description('every problem of the file, and what is worth a second look')
    .argument('<file>', 'CSV of known clients (cidr,label,owner,contact,expires,state,note)')
    .addHelpText(
      'after',
      '\nExample:\n  straggler inventory check known-clients.csv\n\nExit status: 2 when the file cannot be used.',
    )
    .action(async (file: string) => {
      const { checkInventoryCommand } = await import('./inventory-command.ts');
      process.exitCode = await checkInventoryCommand(file);
    });
  inventory
    .command('propose')
    .description('lines for the unknown clients of a report or of a running collector; no file is written')
    .argument('<source>', 'a report as JSON (- for standard input), or the address of a collector')
    .option('--inventory <file>', 'the list as it is: leaves out who is in it, follows its columns, prints no header')
    .addHelpText(
      'after',
      `
Examples:
  straggler inventory propose http://127.0.0.1:9471 > known-clients.csv
  straggler report /logs --inventory known-clients.csv --format json | straggler inventory propose - --inventory known-clients.csv`,
    )
    .action(async (source: string, options: Options) => {
      const { proposeInventoryCommand } = await import('./inventory-command.ts');
      process.exitCode = await proposeInventoryCommand(source, options['inventory'] as string | undefined);
    });
}

function buildProgram(): Command {
  const program = new Command('straggler')
    .description('Finds the clients that still connect to a mail server about to be switched off.')
    .version(version, '--version')
    .showSuggestionAfterError(true)
    .addHelpText('after', '\n"straggler demo" shows it on simulated servers; "straggler COMMAND --help" has examples.');
  addReport(program);
  addServing(program);
  addTrying(program);
  addChecking(program);
  addInventory(program);
  addState(program);
  return program;
}

export async function main(argv: readonly string[]): Promise<void> {
  // A reader that stops early, as `| head` does, is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? 0);
  });
  try {
    await buildProgram().parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = explain(error);
  }
}
