import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../../../src/config/load.ts';
import { exampleSettings, printSettings } from '../../../../src/config/print.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import { anyConfiguration } from '../grammars.ts';
import type { FuzzTarget } from '../target.ts';

const directory = mkdtempSync(join(tmpdir(), 'straggler-fuzz-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const configFile = join(directory, 'straggler.yaml');

function check(input: Buffer): void {
  writeFileSync(configFile, input);
  let loaded;
  try {
    loaded = loadSettings({
      configFile,
      flags: [{ flag: '--listen', path: ['http', 'listen'], value: '127.0.0.1:1' }],
    });
  } catch (error) {
    assert.ok(error instanceof UserError, `a defect instead of a sentence: ${(error as Error).stack}`);
    assert.ok(error.message.length < 100_000);
    return;
  }
  assert.equal(loaded.settings.http.listen?.port, 1, 'a flag is above the file');
  assert.ok(printSettings(loaded).includes('http.listen: "127.0.0.1:1"  # --listen'));
}

export const configuration: FuzzTarget = {
  name: 'configuration',
  seeds: () => [
    Buffer.from(exampleSettings()),
    Buffer.from('servers:\n  EX01: {role: legacy, expect: {pop3: on}}\nheadline:\n  window: 1h\n'),
    Buffer.from(
      'agent:\n  logs:\n    - path: /logs\n      server: EX01\n      protocols: [pop3]\nprivacy: {users: hash}\n',
    ),
    Buffer.from('kafka: {brokers: [a:1, "[::1]:2"], group: g}\n'),
  ],
  grammar: anyConfiguration,
  words: [
    '&a ',
    '*a',
    '<<: *a\n',
    '!!binary ',
    '!!set {x}',
    '? [a, b]\n: c\n',
    '? {a: b}\n: c\n',
    '__proto__: {x: 1}\n',
    'constructor: x\n',
    '--- \n',
    '%YAML 1.1\n',
    '%TAG ! x\n',
    '[*a,*a,*a,*a,*a,*a,*a,*a,*a]\n',
    '.inf',
    '0x10',
    'null: null\n',
    '1: 2\n',
    '999999999999d',
    '1e400MiB',
  ],
  check,
};
