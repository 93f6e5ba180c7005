import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describeSettings } from '../../../src/config/describe.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { exampleSettings, printSettings } from '../../../src/config/print.ts';
import { settingsSchema } from '../../../src/config/schema.ts';
import { UserError } from '../../../src/runtime/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'straggler-config-'));
after(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'straggler.yaml');
  writeFileSync(path, text);
  return path;
}

function sentenceOf(text: string): string {
  const configFile = file(text);
  try {
    loadSettings({ configFile });
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.message.replaceAll(configFile, 'FILE');
  }
  return assert.fail('the settings were taken');
}

test('with nothing said every setting has its default', () => {
  const { settings } = loadSettings({});
  assert.equal(settings.headline.window.ms, 86_400_000);
  assert.deepEqual(
    settings.collector.windows.map((window) => window.text),
    ['5m', '1h', '24h', '7d', '30d'],
  );
  assert.equal(settings.agent.readBack, 30 * 86_400_000);
  assert.equal(settings.agent.limits.inFlight, undefined);
  assert.equal(settings.http.listen, undefined);
});

test('a flag wins over the file, the file over the default, and print says which', () => {
  const configFile = file('inventory: file.csv\nkafka:\n  group: night\n  brokers: [a:1]\n');
  const loaded = loadSettings({
    configFile,
    flags: [{ flag: '--brokers', path: ['kafka', 'brokers'], value: ['b:2'] }],
  });
  assert.deepEqual(loaded.settings.kafka.brokers, ['b:2']);
  assert.equal(loaded.settings.kafka.group, 'night');
  const printed = printSettings(loaded).split('\n');
  assert.ok(printed.includes('kafka.brokers: ["b:2"]  # --brokers'));
  assert.ok(printed.includes(`kafka.group: "night"  # ${configFile}:3`));
  assert.ok(printed.includes(`inventory: "file.csv"  # ${configFile}:1`));
  assert.ok(printed.includes('collector.bucket: "10s"  # default'));
});

test('an unknown key is refused with its line and the key that was meant', () => {
  assert.equal(sentenceOf('inventroy: a.csv\n'), 'FILE:1: there is no setting "inventroy"; did you mean "inventory"?');
  assert.equal(
    sentenceOf('servers:\n  EX01:\n    rol: legacy\n'),
    'FILE:3: there is no setting "servers.EX01.rol"; did you mean "role"?',
  );
  assert.equal(
    sentenceOf('agent:\n  logs:\n    - path: /logs\n      sever: EX01\n'),
    'FILE:4: there is no setting "agent.logs.0.sever"; did you mean "server"?',
  );
});

test('all problems are named at once, each with its key', () => {
  const sentence = sentenceOf('headline: {window: soon}\nkafka: {brokers: [nowhere]}\nbalancers: [10.0.0.300]\n');
  assert.equal(sentence.split('\n').length, 3);
  assert.match(sentence, /FILE:1: headline\.window: "soon" is not a duration/);
  assert.match(sentence, /FILE:2: kafka\.brokers\.0: "nowhere" is not HOST:PORT/);
  assert.match(sentence, /FILE:3: balancers\.0: "10\.0\.0\.300" is no address, CIDR or range/);
});

test('a value from a flag is refused under the name of the flag', () => {
  assert.throws(
    () => loadSettings({ flags: [{ flag: '--listen', path: ['http', 'listen'], value: 'here' }] }),
    /^UserError: --listen: http\.listen: "here" is not HOST:PORT/,
  );
});

test('a file that is missing, is no YAML or holds no settings is refused in words', () => {
  assert.throws(() => loadSettings({ configFile: join(folder, 'absent.yaml') }), /absent\.yaml cannot be read/);
  assert.match(sentenceOf('a: [1\n'), /^FILE is not valid YAML/);
  assert.match(sentenceOf('- a\n'), /^FILE must hold settings by name/);
  assert.match(sentenceOf('inventory: *a\n'), /^FILE is not valid YAML: Unresolved alias/);
  assert.match(sentenceOf('inventory: a\ninventory: b\n'), /^FILE is not valid YAML: Map keys must be unique/);
});

test('the example loads as it is, and names every setting', () => {
  const text = exampleSettings();
  const { settings } = loadSettings({ configFile: file(text) });
  assert.equal(settings.servers['EX01']?.role, 'legacy');
  const described = describeSettings(settingsSchema);
  assert.ok(described.length > 40);
  for (const { path, description } of described) {
    assert.ok(description !== null, `${path.join('.')} has no description`);
    assert.ok(text.includes(`${path.at(-1)}:`), `the example does not name ${path.join('.')}`);
  }
});
