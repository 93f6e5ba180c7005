import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canarySettings } from '../../../src/cli/canary-settings.ts';
import { collectorSettings } from '../../../src/cli/collector-settings.ts';
import { parseCanaryAddress } from '../../../src/config/canary-address.ts';
import { loadSettings } from '../../../src/config/load.ts';

function parsed(text: string): string {
  const { server, protocol, host, port, tls } = parseCanaryAddress(text);
  return `${server ?? '-'} ${protocol} ${host} ${port}${tls ? ' tls' : ''}`;
}

test('a target says its protocol by its port or in words, and its server where the host does not', () => {
  assert.equal(parsed('EX01:110'), '- pop3 EX01 110');
  assert.equal(parsed('ex01.contoso.test:993'), '- imap4 ex01.contoso.test 993 tls');
  assert.equal(parsed('imap4s://ex01'), '- imap4 ex01 993 tls');
  assert.equal(parsed('EX01=pop3://10.0.0.1:1110'), 'EX01 pop3 10.0.0.1 1110');
  assert.equal(parsed('EX01=[2001:db8::1]:25'), 'EX01 smtp 2001:db8::1 25');
  assert.equal(parsed('smtp://[::1]:2525'), '- smtp ::1 2525');
});

test('what is no target is refused in a sentence', () => {
  assert.throws(() => parsed('EX01'), /^Error: "EX01" names neither a port nor a protocol; put one before it \(pop3,/);
  assert.throws(() => parsed('EX01:1110'), /^Error: "EX01:1110": port 1110 names no protocol; .* as in pop3:\/\/EX01/);
  assert.throws(() => parsed('imap://EX01'), /^Error: "imap:\/\/EX01": there is no imap:\/\/, but pop3, pop3s, imap4,/);
  for (const text of ['', 'EX01:0', 'EX01:70000', 'EX01:110/x', 'a b:110', '=EX01:110', '2001:db8::1:25'])
    assert.throws(() => parsed(text), /is no target of a canary: write HOST:PORT/, text);
});

function settings(canary: object, servers: object = {}): ReturnType<typeof canarySettings> {
  const flags = [
    { flag: '--x', path: ['canary'], value: canary },
    { flag: '--y', path: ['servers'], value: servers },
  ];
  const { settings: loaded } = loadSettings({ flags });
  return canarySettings(loaded, collectorSettings(loaded).servers);
}

test('the server is that of the name, or the one that has the address', () => {
  const servers = { EX01: { addresses: ['10.0.0.0/30'] }, EX02: {} };
  const { targets, everyMs } = settings(
    { addresses: ['ex02.contoso.test:110', '10.0.0.1:110', 'ex3=10.0.0.1:143'] },
    servers,
  );
  assert.deepEqual(
    targets.map(({ server, protocol }) => `${server} ${protocol}`),
    ['EX02 pop3', 'EX01 pop3', 'EX3 imap4'],
  );
  assert.equal(everyMs, 300_000);
  assert.throws(
    () => settings({ addresses: ['10.0.0.9:110'] }, servers),
    /^UserError: canary\.addresses: "10\.0\.0\.9:110" does not say whose logs its connection must show up in/,
  );
});

test('nothing is sent to a drained server, or by a protocol that is off', () => {
  const servers = { EX01: { phase: 'drained' }, EX02: { expect: { pop3: 'off' } } };
  const { targets } = settings({ addresses: ['EX01:110', 'EX02:110', 'EX02:143'] }, servers);
  assert.deepEqual(
    targets.map(({ text }) => text),
    ['EX02:143'],
  );
});

test('settings of canaries that cannot be meant are refused under their key', () => {
  assert.throws(
    () => settings({ every: '30s' }),
    /canary\.every: "30s" is too often for a canary: a minute is the least/,
  );
  assert.throws(
    () => settings({ from: ['10.0.0.0/24'] }),
    /canary\.from\.0: "10\.0\.0\.0\/24" is more than one address/,
  );
  assert.throws(() => settings({ addresses: ['EX01'] }), /canary\.addresses\.0: "EX01" names neither/);
  assert.deepEqual(settings({ from: ['::ffff:10.9.9.9'] }).from, ['10.9.9.9']);
});
