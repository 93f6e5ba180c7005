/** TLS and SASL at a real broker whose authorizer allows only what is granted. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { Authority, encryptKey } from '../../broker/certificates.ts';
import { grant } from '../../broker/grant.ts';
import { localKafkaObstacle } from '../../broker/kafka-jars.ts';
import { SecureKafka } from '../../broker/secure-kafka.ts';
import { assertTruth } from '../../processes/against-truth.ts';
import { stateCommand } from '../../processes/state-command.ts';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { until } from '../../processes/until.ts';
import { findProgram } from '../../find-program.ts';
import { missing } from '../../require.ts';
import { configuration, type KafkaSection, run, secretFile } from './account.ts';

const folder = mkdtempSync(join(tmpdir(), 'straggler-security-'));
const passwords = {
  'straggler-agent': 'Agent-pass-4711',
  'straggler-collector': 'Coll-pass-4712',
  poor: 'Poor-pass-4716',
  admin: 'Adm-pass-4713',
};
let secure: SecureKafka | null = null;
let obstacle: string | null = null;

before(async () => {
  obstacle = findProgram('openssl') === null ? 'openssl, to make certificates with' : await localKafkaObstacle();
  if (obstacle === null) secure = await withTopics();
});
async function withTopics(loginMs?: number): Promise<SecureKafka> {
  const started = await SecureKafka.start(passwords, loginMs);
  const { code, text } = await run({}, 'check', '--brokers', started.brokers.PLAINTEXT, '--create-topics');
  assert.equal(code, 0, text);
  return started;
}
after(async () => {
  await secure?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function secured(t: TestContext): SecureKafka | null {
  if (secure === null) missing(t, `a secured broker: ${obstacle}`);
  return secure;
}

/** Over TLS with a password. */
function account(at: SecureKafka, name: keyof typeof passwords, mechanism: string): KafkaSection {
  return {
    brokers: [at.brokers.SASL_SSL],
    tls: { caFile: at.authority.certificateFile },
    sasl: { mechanism, username: name, passwordFile: secretFile(folder, `${name}.password`, passwords[name]) },
  };
}

/** Allows an account exactly what `check --print-acls` prints for a program. */
async function allow(at: SecureKafka, program: string, principal: string): Promise<void> {
  const broker = at.brokers.PLAINTEXT;
  const { text } = await run({}, 'check', '--print-acls', '--brokers', broker);
  const commands = text.split('\n').filter((line) => line.includes(`User:straggler-${program} `));
  assert.ok(commands.length >= 2, text);
  await grant(
    broker,
    commands.map((command) => command.replace(`User:straggler-${program}`, principal)),
  );
}

test('the printed ACLs are enough for an agent by client certificate and a collector by SCRAM, and the line is exact', async (t) => {
  const at = secured(t);
  if (at === null) return;
  await allow(at, 'agent', 'User:CN=mail-server');
  await allow(at, 'collector', 'User:straggler-collector');
  const client = at.authority.sign('mail-server', []);
  const agentSettings = configuration(folder, 'agent', {
    brokers: [at.brokers.SSL],
    tls: {
      caFile: at.authority.certificateFile,
      certificateFile: client.certificateFile,
      keyFile: encryptKey(client.keyFile, 'key-pass-4714'),
      keyPassphraseFile: secretFile(folder, 'passphrase', 'key-pass-4714'),
      serverName: 'kafka.test',
    },
  });
  const collectorSettings = configuration(folder, 'collector', account(at, 'straggler-collector', 'scram-sha-512'));
  const logs = join(folder, 'logs');
  using world = createWorld(variedWorld({ directory: logs, seed: 1, startMs: Date.UTC(2026, 10, 20, 9, 30) }));
  world.advanceBy(600_000);
  world.settle();
  const state = join(folder, 'state');
  await using agent = StragglerProcess.start(
    ...(['agent', logs, '--config', agentSettings, '--state', state, '--read-back', 'all'] as const),
  );
  await using collector = StragglerProcess.start('collector', '--config', collectorSettings);
  await collector.ready();
  await assertTruth(collector, world.truth());
  // Whoever may be a collector may look at the state, and see who is in the group.
  const { code, out, errors } = await stateCommand('show', { config: collectorSettings, kafka: true, format: 'json' });
  assert.deepEqual([code, errors], [0, '']);
  assert.equal((JSON.parse(out) as { collectors: number | null }).collectors, 1);
  for (const line of [...agent.log, ...collector.log]) assert.doesNotMatch(line, /pass-47/);
});

test('every mechanism logs in, over TLS and in the clear, with the password from a file or from the environment', async (t) => {
  const at = secured(t);
  if (at === null) return;
  await allow(at, 'check', 'User:admin');
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
    const checked = await run(
      {},
      'check',
      '--config',
      configuration(folder, mechanism, account(at, 'admin', mechanism)),
    );
    assert.match(checked.text, /ok +a broker answers at/, checked.text);
    const open = configuration(folder, `${mechanism}-open`, {
      brokers: [at.brokers.SASL_PLAINTEXT],
      sasl: { mechanism, username: 'admin' },
    });
    const clear = await run({ STRAGGLER_KAFKA_PASSWORD: passwords.admin }, 'check', '--config', open);
    assert.match(clear.text, /ok +a broker answers at/, clear.text);
    assert.equal(/warning +the password goes to the broker in the clear/.test(clear.text), mechanism === 'plain');
    assert.doesNotMatch(checked.text + clear.text, /pass-47/);
  }
});

test('the check names each right that a program lacks, one sentence each, and none when all are there', async (t) => {
  const at = secured(t);
  if (at === null) return;
  const settings = configuration(folder, 'poor', account(at, 'poor', 'scram-sha-256'));
  const lacking = async (...own: string[]): Promise<{ code: number | null; lacks: string[]; text: string }> => {
    const { code, text } = await run({}, 'check', '--config', settings, ...own);
    const lacks = [...text.matchAll(/PROBLEM +this account, as an? \w+'s, may not (.*)\n/g)].map(
      ([, what]) => what ?? '',
    );
    return { code, lacks, text };
  };
  const agent = await lacking('--for', 'agent');
  assert.deepEqual(agent.lacks, [
    'write to the topic straggler.connections',
    'read the settings of the topic straggler.connections',
    'read the topic straggler.agents',
    'write to the topic straggler.agents',
    'be a member of groups that begin with straggler-agent-',
    'write to the topic straggler.dead-letters',
  ]);
  assert.equal(agent.code, 2);
  const collector = await lacking('--for', 'collector');
  assert.deepEqual(collector.lacks, [
    'read the topic straggler.connections',
    'read the topic straggler.state',
    'write to the topic straggler.state',
    'read the topic straggler.agents',
    'write to the topic straggler.dead-letters',
    'be a member of the group straggler',
    'be a member of groups that begin with straggler-follower-',
    'write transactions under ids that begin with straggler-straggler-',
  ]);
  assert.match(
    collector.text,
    /may not read the topic straggler\.state\n +Run `straggler check --print-acls` for the commands/,
  );
  for (const program of ['agent', 'collector']) {
    await allow(at, program, 'User:poor');
    const { code, lacks, text } = await lacking('--for', program);
    assert.deepEqual([code, lacks], [0, []], text);
    assert.match(text, /ok +this account may do what an? (agent|collector) does/);
  }
});

test('what is refused is said in one sentence with what to do, and the check fails', async (t) => {
  const at = secured(t);
  if (at === null) return;
  const other = new Authority(folder, 'other-authority');
  const stranger = other.sign('stranger', []);
  const caFile = at.authority.certificateFile;
  const good = account(at, 'admin', 'scram-sha-512');
  const wrong = secretFile(folder, 'wrong.password', 'wrong-pass-4715');
  const cases: readonly (readonly [KafkaSection, RegExp])[] = [
    [
      { ...good, sasl: { ...good.sasl, passwordFile: wrong } },
      /PROBLEM +the broker refuses the login\n +Check kafka\.sasl\.username, its password and kafka\.sasl\.mechanism\./,
    ],
    [
      { ...good, sasl: { ...good.sasl, mechanism: 'plain', passwordFile: wrong } },
      /PROBLEM +the broker refuses the login\n/,
    ],
    [
      { ...good, tls: { caFile: other.certificateFile } },
      /PROBLEM +the certificate of the broker 127\.0\.0\.1:\d+ is signed by nobody who is trusted here\n +Name the certificate of its authority by kafka\.tls\.caFile\./,
    ],
    [
      { ...good, tls: { caFile, serverName: 'mail.test' } },
      /PROBLEM +the certificate of the broker 127\.0\.0\.1:\d+ is for another host \(.*kafka\.test\)\n +Name the brokers as their certificates do, or set kafka\.tls\.serverName\./,
    ],
    [
      { brokers: [at.brokers.SSL], tls: { caFile } },
      /PROBLEM +the broker 127\.0\.0\.1:\d+ refuses the certificate of this client \(.*\)\n +Name one that it trusts/,
    ],
    [
      { brokers: [at.brokers.SSL], tls: { caFile, ...stranger } },
      /PROBLEM +the broker 127\.0\.0\.1:\d+ refuses the certificate of this client/,
    ],
    [
      { brokers: [at.brokers.PLAINTEXT], tls: { caFile } },
      /PROBLEM +the broker 127\.0\.0\.1:\d+ broke off before anything was encrypted\n +Check that its port is one with TLS/,
    ],
    [
      { brokers: [at.brokers.SASL_SSL] },
      /PROBLEM +the broker 127\.0\.0\.1:\d+ closed the connection\n +If that goes on, check whether its port wants kafka\.tls or kafka\.sasl\./,
    ],
    [{ ...good, brokers: [at.brokers.PLAINTEXT], tls: {} }, /PROBLEM +the broker takes no login on this port\n/],
    [
      account(at, 'straggler-agent', 'scram-sha-512'),
      /PROBLEM +This account may not see whether the topic straggler\.state exists\.\n +Run `straggler check --print-acls`/,
    ],
  ];
  for (const [index, [kafka, sentence]] of cases.entries()) {
    const { code, text } = await run({}, 'check', '--config', configuration(folder, `refused-${index}`, kafka));
    assert.match(text, sentence);
    assert.equal(code, 2, text);
    assert.doesNotMatch(text, /pass-47|^\s+at /m);
  }
});

test('files that cannot be used are named before anything connects', async (t) => {
  const at = secured(t);
  if (at === null) return;
  const { certificateFile } = at.authority.sign('one', []);
  const { keyFile } = at.authority.sign('two', []);
  const empty = join(folder, 'empty.pem');
  writeFileSync(empty, '');
  const cases: readonly (readonly [KafkaSection['tls'], RegExp])[] = [
    [{ caFile: join(folder, 'absent.pem') }, /absent\.pem of kafka\.tls\.caFile cannot be read: it does not exist/],
    [{ caFile: empty }, /The file of kafka\.tls\.caFile holds no certificate/],
    [{ certificateFile, keyFile }, /kafka\.tls\.keyFile is not the key of the certificate/],
    [
      { certificateFile, keyFile: encryptKey(keyFile, 'right') },
      /The key of kafka\.tls\.keyFile cannot be read.*\n.*STRAGGLER_KAFKA_KEY_PASSPHRASE/,
    ],
    [{ certificateFile }, /kafka\.tls\.certificateFile: is nothing without kafka\.tls\.keyFile/],
    [{ serverName: '127.0.0.1' }, /kafka\.tls\.serverName: is a host name, not an address/],
  ];
  for (const [index, [tls, sentence]] of cases.entries()) {
    const settings = configuration(folder, `files-${index}`, { brokers: [at.brokers.SSL], tls: tls ?? {} });
    const { code, text } = await run({}, 'agent', folder, '--config', settings, '--state', join(folder, 'unused'));
    assert.match(text, sentence);
    assert.equal(code, 1, text);
  }
  const nothing = configuration(folder, 'no-password', {
    brokers: [at.brokers.SASL_SSL],
    sasl: { mechanism: 'plain', username: 'admin' },
  });
  const { code, text } = await run({}, 'collector', '--config', nothing);
  assert.match(text, /There is no password for admin.*\n.*STRAGGLER_KAFKA_PASSWORD/);
  assert.equal(code, 1);
});

test('a running agent waits for its password and its rights, says it once, and goes on', async (t) => {
  const at = secured(t);
  if (at === null) return;
  const caFile = at.authority.certificateFile;
  const wrong = secretFile(folder, 'changing.password', 'wrong-pass-4715');
  const agentSettings = configuration(folder, 'agent-late', {
    brokers: [at.brokers.SASL_SSL],
    tls: { caFile },
    sasl: { mechanism: 'scram-sha-256', username: 'straggler-agent', passwordFile: wrong },
  });
  const logs = join(folder, 'late-logs');
  using world = createWorld(variedWorld({ directory: logs, seed: 2, startMs: Date.UTC(2026, 10, 21, 9, 30) }));
  world.advanceBy(300_000);
  const late = join(folder, 'late-state');
  await using agent = StragglerProcess.start(
    ...(['agent', logs, '--config', agentSettings, '--state', late, '--read-back', 'all'] as const),
  );
  const said = (words: RegExp): number => agent.log.filter((line) => words.test(line)).length;
  await until('the wrong password is said', () => said(/refuses the login/) >= 2);
  secretFile(folder, 'changing.password', passwords['straggler-agent']);
  await until('the missing rights are said', () => said(/does not allow this account/) >= 2);
  assert.equal(agent.isRunning, true);
  await allow(at, 'agent', 'User:straggler-agent');
  await until('events are taken', () => said(/Kafka takes (events|reports) again/) >= 2, 60_000);
  // Once for events and once for reports.
  assert.equal(said(/refuses the login/), 2, agent.log.join('\n'));
  assert.equal(said(/does not allow this account/), 2, agent.log.join('\n'));
  assert.equal(said(/pass-47/), 0);
});

test('a running collector waits for its rights, says it once, and goes on', async (t) => {
  const at = secured(t);
  if (at === null) return;
  // It may see the topics, and nothing more.
  await allow(at, 'check', 'User:admin');
  const settings = configuration(folder, 'late-collector', account(at, 'admin', 'plain'));
  await using collector = StragglerProcess.start('collector', '--config', settings);
  const said = (words: RegExp): number => collector.log.filter((line) => words.test(line)).length;
  await until(
    () => `the missing right is said:\n${collector.log.join('\n')}`,
    () => said(/for the group of collectors: if that goes on/) >= 2,
  );
  assert.equal((await collector.get('/readyz')).status, 503);
  await allow(at, 'collector', 'User:admin');
  await collector.ready();
  // Once by the member that counts, once by the one that follows.
  assert.equal(said(/for the group of collectors/), 2, collector.log.join('\n'));
  assert.equal(said(/pass-47/), 0);
});

test('logins that expire while the line runs are renewed, and every row counts once', async (t) => {
  if (secured(t) === null) return;
  const loginMs = 12_000;
  await using at = await withTopics(loginMs);
  await allow(at, 'agent', 'User:straggler-agent');
  await allow(at, 'collector', 'User:straggler-collector');
  const ofAgent = configuration(folder, 'expiring-agent', account(at, 'straggler-agent', 'scram-sha-256'));
  const ofCollector = configuration(folder, 'expiring', account(at, 'straggler-collector', 'plain'));
  const logs = join(folder, 'expiring-logs');
  using world = createWorld(variedWorld({ directory: logs, seed: 3, startMs: Date.UTC(2026, 10, 22, 9, 30) }));
  world.advanceBy(60_000);
  const state = join(folder, 'expiring-state');
  await using collector = StragglerProcess.start('collector', '--config', ofCollector);
  await using agent = StragglerProcess.start(
    ...(['agent', logs, '--config', ofAgent, '--state', state, '--read-back', 'all'] as const),
  );
  await collector.ready();
  const end = Date.now() + 1.5 * loginMs;
  await until(
    'every login has expired',
    () => {
      world.advanceBy(500);
      return Date.now() > end;
    },
    4 * loginMs,
  );
  world.settle();
  await assertTruth(collector, world.truth());
  for (const { log } of [agent, collector]) {
    const complaints = log.filter((line) => /refuses the login/.test(line));
    assert.deepEqual(complaints, []);
  }
});
