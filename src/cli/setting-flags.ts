/**
 * Flags that set a key of the configuration file, as one table: the command line's help, the settings in force and
 * `config print` are all made from it.
 */
import { type Command, Option } from 'commander';
import type { FlagValue } from '../config/load.ts';

type Serving = 'run' | 'agent' | 'collector' | 'demo' | 'check' | 'state' | 'config';

interface SettingFlag {
  readonly flags: string;
  readonly path: readonly string[];
  readonly description: string;
  readonly commands: readonly Serving[];
  /** From the text of the flag to what the file would hold; the text itself where left out. */
  readonly value?: (text: string | boolean) => unknown;
}

const everywhere: readonly Serving[] = ['run', 'agent', 'collector', 'demo', 'check', 'config'];

const table: readonly SettingFlag[] = [
  {
    flags: '--state <directory>',
    path: ['stateDirectory'],
    description: 'where state is kept',
    commands: ['run', 'agent', 'check', 'state', 'config'],
  },
  {
    flags: '--listen <host:port>',
    path: ['http', 'listen'],
    description: 'where to serve (default 127.0.0.1:9471, an agent 127.0.0.1:9472)',
    commands: ['run', 'agent', 'collector', 'demo', 'config'],
  },
  {
    flags: '--allow-insecure-listen',
    path: ['http', 'allowInsecureListen'],
    description: 'serve other addresses than loopback without TLS and authentication',
    commands: ['run', 'agent', 'collector', 'demo', 'config'],
    value: () => true,
  },
  {
    flags: '--web-config-file <file>',
    path: ['http', 'webConfigFile'],
    description: "TLS and client certificates, in the form of Prometheus' exporters",
    commands: ['run', 'agent', 'collector', 'demo', 'check', 'config'],
  },
  {
    flags: '--inventory <file>',
    path: ['inventory'],
    description: 'CSV of known clients (cidr,label,owner,contact,expires,state,note)',
    commands: ['run', 'collector', 'check', 'config'],
  },
  {
    flags: '--read-back <duration>',
    path: ['agent', 'readBack'],
    description: 'how far a first start reads back: 30d, all, none',
    commands: ['run', 'agent', 'config'],
  },
  {
    flags: '--brokers <host:port,...>',
    path: ['kafka', 'brokers'],
    description: 'brokers of Kafka',
    commands: ['agent', 'collector', 'check', 'state', 'config'],
    value: (text) => String(text).split(',').filter(Boolean),
  },
  {
    flags: '--group <name>',
    path: ['kafka', 'group'],
    description: 'name of the group of collectors',
    commands: ['collector', 'check', 'state', 'config'],
  },
  {
    flags: '--name <name>',
    path: ['agent', 'name'],
    description: "the agent's name (default: this host's)",
    commands: ['agent', 'config'],
  },
  {
    flags: '--log-level <level>',
    path: ['log', 'level'],
    description: 'debug, info, warn, error',
    commands: everywhere,
  },
  { flags: '--log-format <format>', path: ['log', 'format'], description: 'pretty or json', commands: everywhere },
];

function optionOf({ flags, description }: SettingFlag): Option {
  return new Option(flags, description);
}

/** Adds the setting flags of a command, and `--config`. */
export function addSettingFlags(command: Command, serving: Serving): Command {
  command.option('--config <file>', 'configuration file (YAML)');
  for (const flag of table) if (flag.commands.includes(serving)) command.addOption(optionOf(flag));
  return command;
}

/** What was typed, as settings. `options` are commander's, by camel-cased flag. */
export function settingsOfFlags(options: Readonly<Record<string, unknown>>): FlagValue[] {
  return table.flatMap((flag) => {
    const option = optionOf(flag);
    const typed = options[option.attributeName()];
    if (typeof typed !== 'string' && typeof typed !== 'boolean') return [];
    return [{ flag: option.long ?? flag.flags, path: flag.path, value: flag.value?.(typed) ?? typed }];
  });
}
