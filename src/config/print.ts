/** `config print` (what is in force, and from where) and `config example` (every setting with its meaning). */
import { stringify } from 'yaml';
import { describeSettings } from './describe.ts';
import type { LoadedSettings } from './load.ts';
import { secretVariables } from './secrets.ts';
import { settingsSchema } from './schema.ts';

function valueAt(tree: unknown, path: readonly string[]): unknown {
  let value = tree;
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

function inline(value: unknown): string {
  return JSON.stringify(value);
}

/** One line a setting: `key: value  # origin`. Of a secret in the environment only that it is there. */
export function printSettings(
  loaded: LoadedSettings,
  environment: Readonly<Record<string, string | undefined>> = {},
): string {
  const lines: string[] = [];
  for (const { path, defaultValue, group } of describeSettings(settingsSchema)) {
    if (group || path.includes('*') || path.includes('[]')) continue;
    const key = path.join('.');
    const given = valueAt(loaded.written, path);
    const value = given === undefined ? defaultValue : given;
    // A name of the user's stands below `servers`: its origin is that of any of its settings.
    const origin =
      loaded.origins.get(key) ?? [...loaded.origins].find(([other]) => other.startsWith(`${key}.`))?.[1] ?? 'default';
    lines.push(`${key}: ${value === undefined ? '(not set)' : inline(value)}  # ${origin}`);
  }
  for (const name of secretVariables) {
    lines.push(`${name}: ${environment[name] === undefined ? '(not set)' : '(set)'}  # environment`);
  }
  return `${lines.join('\n')}\n`;
}

/** What the example sets where a default would say nothing. */
const samples: Readonly<Record<string, unknown>> = {
  servers: {
    EX01: { role: 'legacy', phase: 'draining', addresses: ['10.0.0.1'], expect: { pop3: 'on', imap4: 'on' } },
    EX02: { role: 'new' },
  },
  balancers: ['10.0.0.250'],
  'canary.addresses': ['EX01:110', 'imap4s://ex01.example.org', 'EX01=pop3://10.0.0.1:1110'],
  stateDirectory: '/var/lib/straggler',
  'agent.name': 'EX01',
  'agent.limits.inFlight': '32MiB',
  'agent.logs': [
    { path: 'C:\\Program Files\\Microsoft\\Exchange Server\\V15\\Logging\\Pop3', server: 'EX01' },
    { path: '\\\\EX02\\C$\\Program Files\\Microsoft\\Exchange Server\\V15\\Logging', scanEvery: '5s', watch: false },
  ],
  'kafka.brokers': ['kafka1:9092', 'kafka2:9092'],
  'kafka.tls.enabled': true,
  'kafka.tls.caFile': '/etc/straggler/kafka-ca.pem',
  'kafka.tls.certificateFile': '/etc/straggler/kafka-client.pem',
  'kafka.tls.keyFile': '/etc/straggler/kafka-client.key',
  'kafka.tls.keyPassphraseFile': '/etc/straggler/kafka-client.passphrase',
  'kafka.tls.serverName': 'kafka.example.org',
  'kafka.sasl.mechanism': 'scram-sha-512',
  'kafka.sasl.username': 'straggler-agent',
  'kafka.sasl.passwordFile': '/etc/straggler/kafka-password',
  inventory: 'known-clients.csv',
  'http.listen': '127.0.0.1:9471',
  'http.webConfigFile': '/etc/straggler/web.yml',
  'log.format': 'json',
};

function exampleEntry(path: readonly string[], description: string | null, value: unknown): string {
  const indent = '  '.repeat(path.length - 1);
  const key = path.at(-1) ?? '';
  const text = stringify({ [key]: value }, { lineWidth: 0 }).trimEnd();
  const comment = description === null ? '' : `${indent}# ${description}\n`;
  return comment + text.replaceAll(/^/gm, indent);
}

/** A complete configuration file: it loads as it is, and its values are the defaults or say what one would write. */
export function exampleSettings(): string {
  const lines = ['# Settings of Straggler. All may be left out; unknown keys are refused.'];
  const described = describeSettings(settingsSchema);
  for (const { path, description, defaultValue, group } of described) {
    if (path.includes('*') || path.includes('[]')) continue;
    if (path.length === 1) lines.push('');
    if (group) {
      if (description !== null) lines.push(`# ${description}`);
      lines.push(`${'  '.repeat(path.length - 1)}${path.at(-1)}:`);
      continue;
    }
    const below = described.filter(
      (other) => other.path.length === path.length + 2 && path.every((key, index) => other.path[index] === key),
    );
    const meaning = [description, ...below.map((other) => `  ${other.path.at(-1)}: ${other.description ?? ''}`)]
      .filter((line) => line !== null)
      .join(`\n${'  '.repeat(path.length - 1)}# `);
    lines.push(exampleEntry(path, meaning, samples[path.join('.')] ?? defaultValue));
  }
  return `${lines.join('\n')}\n`;
}
