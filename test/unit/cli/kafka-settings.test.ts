import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { accessCommands } from '../../../src/cli/kafka-acls.ts';
import { kafkaSecurity } from '../../../src/cli/kafka-settings.ts';
import { loadSettings } from '../../../src/config/load.ts';
import { printSettings } from '../../../src/config/print.ts';

const folder = mkdtempSync(join(tmpdir(), 'straggler-kafka-settings-'));
after(() => rmSync(folder, { recursive: true }));

function load(kafka: object) {
  const configFile = join(folder, 'straggler.yaml');
  writeFileSync(configFile, JSON.stringify({ kafka }));
  return loadSettings({ configFile });
}

const passwordFile = join(folder, 'password');
const sasl = { mechanism: 'plain', username: 'me', passwordFile };

test('with nothing said there is neither TLS nor a login; any key of kafka.tls turns TLS on, enabled alone decides', () => {
  const none = kafkaSecurity(load({}).settings, {});
  assert.deepEqual(none, { tls: null, sasl: null });
  assert.deepEqual(kafkaSecurity(load({ tls: { serverName: 'a.test' } }).settings, {}).tls?.(), {
    servername: 'a.test',
  });
  assert.equal(kafkaSecurity(load({ tls: { enabled: false, serverName: 'a.test' } }).settings, {}).tls, null);
  assert.deepEqual(kafkaSecurity(load({ tls: { enabled: true } }).settings, {}).tls?.(), {});
});

test('the password is the first line of the file, asked for anew each time; the environment wins', () => {
  writeFileSync(passwordFile, 'first\r\n');
  const { settings } = load({ sasl });
  const login = kafkaSecurity(settings, {}).sasl;
  assert.equal(login?.password(), 'first');
  writeFileSync(passwordFile, 'second\nignored\n');
  assert.equal(login?.password(), 'second');
  assert.equal(kafkaSecurity(settings, { STRAGGLER_KAFKA_PASSWORD: 'third' }).sasl?.password(), 'third');
  writeFileSync(passwordFile, '\n');
  assert.throws(() => login?.password(), /of kafka\.sasl\.passwordFile is empty/);
});

test('a password in the configuration file is refused without being repeated', () => {
  assert.throws(
    () => load({ sasl: { mechanism: 'plain', username: 'me', password: 'hidden' } }),
    (error: Error) => /did you mean "passwordFile"/.test(error.message) && !error.message.includes('hidden'),
  );
  assert.throws(
    () => load({ sasl: { mechanism: 'plain' } }),
    /kafka\.sasl\.mechanism: is nothing without kafka\.sasl\.username/,
  );
  assert.throws(
    () => load({ sasl: { username: 'me' } }),
    /kafka\.sasl\.username: is nothing without kafka\.sasl\.mechanism/,
  );
});

test('of a secret config print says only that it is set', () => {
  const printed = printSettings(load({ sasl }), { STRAGGLER_KAFKA_PASSWORD: 'hidden' });
  assert.match(printed, /^STRAGGLER_KAFKA_PASSWORD: \(set\) {2}# environment$/m);
  assert.match(printed, /^STRAGGLER_KAFKA_KEY_PASSPHRASE: \(not set\) {2}# environment$/m);
  assert.match(printed, /^kafka\.sasl\.username: "me" {2}# .*straggler\.yaml:1$/m);
  assert.doesNotMatch(printed, /hidden/);
});

test('the ACLs follow the names of topics and group', () => {
  const { settings } = load({ brokers: ['k:1'], group: 'night', topics: { state: 'other.state' } });
  const commands = accessCommands(settings.kafka).split('\n');
  const start = 'kafka-acls.sh --bootstrap-server k:1 --add --allow-principal User:straggler-collector';
  assert.ok(commands.includes(`${start} --operation Read --operation Write --topic other.state`));
  assert.ok(commands.includes(`${start} --operation Read --group night-follower- --resource-pattern-type prefixed`));
  assert.ok(
    commands.includes(
      `${start} --operation Write --transactional-id straggler-night- --resource-pattern-type prefixed`,
    ),
  );
});
