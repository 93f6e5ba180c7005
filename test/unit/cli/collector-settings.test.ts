import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectorSettings } from '../../../src/cli/collector-settings.ts';
import { settingsOfFlags } from '../../../src/cli/setting-flags.ts';
import { loadSettings } from '../../../src/config/load.ts';

function settings(path: readonly string[], value: unknown): ReturnType<typeof collectorSettings> {
  return collectorSettings(loadSettings({ flags: [{ flag: '--x', path, value }] }).settings);
}

test('servers are known by the first label of their name in upper case, and shown as they were written', () => {
  const { servers } = settings(['servers'], { 'ex01.contoso.test': { role: 'legacy' } });
  assert.equal(servers.get('EX01')?.name, 'ex01.contoso.test');
  assert.equal(servers.get('EX01')?.phase, 'active');
});

test('two names of one server are refused', () => {
  assert.throws(
    () => settings(['servers'], { EX01: {}, 'ex01.contoso.test': {} }),
    /"EX01" and "ex01\.contoso\.test" are one server: both are EX01/,
  );
});

test("the headline's window is one of the windows, whatever the list says", () => {
  const { windows, headline } = settings(['headline', 'window'], '2h');
  assert.equal(headline.text, '2h');
  assert.deepEqual(
    windows.map((window) => window.text),
    ['5m', '1h', '2h', '24h', '7d', '30d'],
  );
});

test('flags that were typed become settings, others do not', () => {
  assert.deepEqual(settingsOfFlags({ brokers: 'a:1,b:2', allowInsecureListen: true, config: 'file.yaml' }), [
    { flag: '--allow-insecure-listen', path: ['http', 'allowInsecureListen'], value: true },
    { flag: '--brokers', path: ['kafka', 'brokers'], value: ['a:1', 'b:2'] },
  ]);
});
