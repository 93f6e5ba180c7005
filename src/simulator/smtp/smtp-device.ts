/** What devices do by SMTP: one session each, again and again. */
import type { ClientAddress } from '../client-address.ts';
import type { LoggedEndpoint } from '../log-row.ts';
import type { Random } from '../random.ts';
import type { Life } from '../schedule.ts';
import type { SmtpConnection, SmtpServer } from './smtp-server.ts';

export interface SmtpDevicePlan {
  readonly name: string;
  readonly behaviour: SmtpBehaviour;
  readonly server: string;
  readonly address: ClientAddress;
  readonly helo?: string;
  /** Spellings of its logins, in turn. */
  readonly users?: readonly string[];
  readonly senders?: readonly string[];
  readonly port?: number;
  readonly periodMs?: number;
}

export interface SmtpStage {
  readonly plan: SmtpDevicePlan;
  readonly random: Random;
  readonly server: SmtpServer;
  /** A server that passes the client on, for `passedOn`. */
  readonly other: SmtpServer;
  /** Counts the sessions from 0. */
  readonly turn: number;
}

function localEnd({ plan, server }: SmtpStage, port = plan.port ?? 25): LoggedEndpoint {
  const isLoopback = plan.address.canonical === '::1' || plan.address.canonical.startsWith('127.');
  return { address: isLoopback ? plan.address : server.plan.address, port };
}

function* open(
  stage: SmtpStage,
  connector = `Default Frontend ${stage.server.plan.name}`,
): Generator<number, SmtpConnection, void> {
  const { server, random, plan } = stage;
  const client = { address: plan.address, port: random.integer(1024, 65_535) };
  const connection = server.connect(server.frontEnd, connector, client, localEnd(stage));
  connection.write('+', '', '');
  yield random.integer(0, 40);
  connection.reply(`220 ${server.plan.name}.contoso.test Microsoft ESMTP MAIL Service ready, at your service`);
  yield random.integer(1, 200);
  return connection;
}

function* greet(connection: SmtpConnection, { plan, random }: SmtpStage, verb = 'EHLO'): Life {
  const helo = plan.helo ?? '';
  connection.hear(`${verb} ${helo}`, helo === '' ? {} : { helo });
  yield random.integer(1, 20);
  connection.reply(
    `250  EX Hello [${connection.client.address.canonical}] SIZE 37748736, PIPELINING, XPROXY IP=10.66.66.66`,
  );
  yield random.integer(1, 20);
}

const tlsVersions = [
  ['SP_PROT_TLS1_2_SERVER', 'TLS 1.2'],
  ['SP_PROT_TLS1_1_SERVER', 'TLS 1.1'],
  ['SP_PROT_TLS1_0_SERVER', 'TLS 1.0'],
  ['SP_PROT_TLS1_3_SERVER', 'TLS 1.3'],
] as const;

function* startTls(connection: SmtpConnection, stage: SmtpStage): Life {
  const { random } = stage;
  connection.hear('STARTTLS');
  connection.reply('220 2.0.0 SMTP server ready');
  yield random.integer(5, 90);
  const [logged, tls] = random.pick(tlsVersions);
  connection.note(
    `TLS protocol ${logged} negotiation succeeded using bulk encryption algorithm CALG_AES_256 with strength 256 bits, MAC hash algorithm CALG_SHA_384`,
    { tls },
  );
  yield* greet(connection, stage);
}

/** An authentication until its challenges are answered. */
function* authenticate(connection: SmtpConnection, { random }: SmtpStage): Life {
  connection.hear(random.pick(['AUTH LOGIN', 'AUTH NTLM', 'AUTH PLAIN']));
  connection.reply('334 <authentication response>');
  yield random.integer(5, 60);
  connection.hear('<authentication response>');
  yield random.integer(5, 60);
}

function* logIn(connection: SmtpConnection, stage: SmtpStage): Life {
  const { plan, random, turn } = stage;
  yield* authenticate(connection, stage);
  const user = plan.users?.[turn % plan.users.length] ?? 'svc';
  if (plan.port === 587) {
    connection.note(`Proxy session was successfully set up. Session for${user} will now be proxied`);
  } else {
    connection.note('authenticated', user.includes('HealthMailbox') ? {} : { user }, user);
  }
  connection.reply('235 2.7.0 Authentication successful', { succeeded: true });
  yield random.integer(2, 30);
}

function* quit(connection: SmtpConnection, { random }: SmtpStage): Life {
  if (random.chance(0.3)) {
    connection.hear('RSET');
    connection.reply('250 2.0.0 Resetting');
  }
  connection.hear('QUIT');
  connection.reply('221 2.0.0 Service closing transmission channel');
  yield random.integer(0, 30);
  connection.write('-', '', random.pick(['Local', 'Remote(SocketError)']));
}

interface Mail {
  readonly sender: string;
  readonly id: string;
}

function* deliver(connection: SmtpConnection, { plan, random, turn }: SmtpStage): Generator<number, Mail, void> {
  const sender = plan.senders?.[turn % plan.senders.length] ?? 'scan@contoso.test';
  connection.hear(`MAIL FROM:<${sender}> SIZE=${random.integer(500, 90_000)}`, sender === '' ? {} : { sender });
  connection.reply('250 2.1.0 Sender OK');
  connection.hear('RCPT TO:<anna@contoso.test>');
  connection.reply('250 2.1.5 Recipient OK');
  yield random.integer(1, 40);
  connection.hear('DATA');
  connection.reply('354 Start mail input; end with <CRLF>.<CRLF>');
  yield random.integer(10, 300);
  const id = `<${random.integer(1, 1_000_000)}@contoso.test>`;
  if (random.chance(0.2)) connection.note("Tarpit for '0.00:00:00.140' due to 'DelayedAck',Delivered");
  connection.reply(
    `250 2.6.0 ${id} [InternalId=1, Hostname=EX.contoso.test] 2048 bytes in 0.1, 14 KB/sec Queued mail for delivery`,
    {
      message: true,
    },
  );
  return { sender, id };
}

/** The values of a tracking row for a mail that has come in. */
function trackedValues(server: SmtpServer, { sender, id }: Mail): Record<string, string> {
  return {
    'connector-id': `${server.plan.name}\\Default ${server.plan.name}`,
    source: 'SMTP',
    'event-id': 'RECEIVE',
    'message-id': id,
    'recipient-address': 'anna@contoso.test',
    'message-subject': 'Scan, page "1"',
    'sender-address': sender === '' ? '<>' : sender,
    'return-path': sender === '' ? '<>' : sender,
    directionality: 'Originating',
  };
}

/** What transport notes of a mail: as it came to a front end on this server, or straight from the client. */
function track({ server, random, plan }: SmtpStage, mail: Mail): void {
  const values = trackedValues(server, mail);
  const own = server.plan.address.logged;
  const device = plan.address.canonical;
  const hop = `${server.plan.name.toLowerCase()}.contoso.test(${server.plan.address.canonical})`;
  const ways: readonly Record<string, string>[] = [
    { 'client-ip': device, 'original-client-ip': '10.99.99.99' },
    { 'client-ip': own, 'original-client-ip': device },
    {
      'client-ip': own,
      'original-client-ip': '10.99.99.99',
      'custom-data': `S:ProxyHop1=${hop};S:ProxiedClientIPAddress=${device};S:ProxiedClientHostname=device`,
    },
  ];
  server.track(
    { ...values, ...random.pick(ways) },
    {
      timeMs: server.nowMs,
      server: server.plan.name,
      client: plan.address,
      connector: `Default ${server.plan.name}`,
      dialled: null,
      tracked: true,
      ...(mail.sender === '' ? {} : { sender: mail.sender }),
    },
  );
  server.track({ ...values, source: 'STOREDRIVER', 'event-id': 'DELIVER', 'client-ip': '' }, null);
  if (random.chance(0.3)) server.track({ ...values, 'event-id': 'HARECEIVE', 'client-ip': own }, null);
  if (random.chance(0.3)) server.sendOn();
}

/** The front end passes a client on to the hub of a server, whose log names the front end as its peer. */
function* passOn(stage: SmtpStage, hub: SmtpServer, verb: 'XPROXY' | 'XPROXYFROM'): Life {
  const { server, random, plan } = stage;
  if (hub.plan.isOld === true) return;
  const peer = { address: server.plan.address, port: random.integer(1024, 65_535) };
  const local = { address: hub.plan.address, port: verb === 'XPROXY' ? 465 : 2525 };
  const connector = `${verb === 'XPROXY' ? 'Client Proxy' : 'Default'} ${hub.plan.name}`;
  const connection = hub.connect(hub.hub, connector, peer, local);
  connection.write('+', '', '');
  connection.hear(`EHLO ${server.plan.name}.contoso.test`, { helo: `${server.plan.name}.contoso.test` });
  connection.hear('X-EXPS EXCHANGEAUTH SHA256');
  connection.reply('235 <authentication response>');
  yield random.integer(1, 30);
  connection.hear(`${verb} SID=08D1 IP=${plan.address.canonical} PORT=50100 DOMAIN=device CAPABILITIES=0`, {
    client: plan.address,
    dialled: null,
  });
  connection.reply('250 XProxy accepted');
  yield random.integer(1, 30);
  connection.write('-', '', 'Remote');
}

/** Logs in and sends, as multifunction printers do. */
function* scan(stage: SmtpStage): Life {
  const { server, random } = stage;
  const connection = yield* open(stage);
  yield* greet(connection, stage);
  if (random.chance(0.7)) yield* startTls(connection, stage);
  yield* logIn(connection, stage);
  yield* passOn(stage, server, 'XPROXY');
  const mail = yield* deliver(connection, stage);
  track(stage, mail);
  yield* quit(connection, stage);
}

/** Sends without a login, through a connector of its own. */
function* relay(stage: SmtpStage): Life {
  const { server, random } = stage;
  const connection = yield* open(stage, 'Anonymous "Relay", 2nd floor');
  yield* greet(connection, stage, random.pick(['HELO', 'EHLO', 'ehlo']));
  const mail = yield* deliver(connection, stage);
  if (random.chance(0.5)) yield* passOn(stage, server, 'XPROXYFROM');
  track(stage, mail);
  yield* quit(connection, stage);
}

const refusals = [
  { notice: 'Inbound AUTH LOGIN failed because of LogonDenied', refusal: '535 5.7.3 Authentication unsuccessful' },
  {
    notice: null,
    refusal: '535 5.7.3 Unable to proxy authenticated session because either the backend does not support it',
  },
  { notice: null, refusal: '504 5.7.4 Unrecognized authentication type' },
  {
    notice: 'Inbound authentication succeeded, but contoso\\old has no mailbox database.',
    refusal: '535 5.7.3 Authentication unsuccessful',
  },
] as const;

/** A wrong password, or what looks like one. */
function* denied(stage: SmtpStage): Life {
  const { random } = stage;
  const connection = yield* open(stage);
  yield* greet(connection, stage);
  yield* authenticate(connection, stage);
  const { notice, refusal } = random.pick(refusals);
  if (notice !== null) {
    connection.note(notice, { notice });
    connection.note('User Name: wrong');
    connection.note("Tarpit for '0.00:00:05'");
    yield 5000;
  }
  connection.reply(refusal, { refusal });
  yield random.integer(1, 50);
  connection.write('-', '', 'Remote');
}

/** A device too old for the server's TLS. */
function* tlsFails(stage: SmtpStage): Life {
  const connection = yield* open(stage);
  yield* greet(connection, stage);
  connection.hear('STARTTLS');
  connection.reply('220 2.0.0 SMTP server ready');
  yield 100;
  connection.write('-', '', 'Remote(SocketError)');
}

/** A balancer. */
function* knock(stage: SmtpStage): Life {
  const connection = yield* open(stage);
  connection.write('-', '', 'Remote(SocketError)');
}

/** Exchange's own probe: it logs in as a health mailbox, and its mail is tracked and must not count. */
function* probe(stage: SmtpStage): Life {
  const { server, random } = stage;
  const connection = yield* open(stage);
  yield* greet(connection, stage);
  if (random.chance(0.5)) yield* logIn(connection, stage);
  const mail = yield* deliver(connection, stage);
  server.track({ ...trackedValues(server, mail), 'client-ip': '127.0.0.1' }, null);
  yield* quit(connection, stage);
}

/** A client of this server's front end whose mail another server's hub takes in. */
function* passedOn(stage: SmtpStage): Life {
  const { server, other, plan } = stage;
  const connection = yield* open(stage);
  yield* greet(connection, stage);
  const mail = yield* deliver(connection, stage);
  yield* passOn(stage, other, 'XPROXYFROM');
  const custom = `S:ProxyHop1=${server.plan.name}.contoso.test(${server.plan.address.canonical});S:ProxiedClientIPAddress=${plan.address.canonical}`;
  other.track(
    { ...trackedValues(other, mail), 'client-ip': server.plan.address.logged, 'custom-data': custom },
    {
      timeMs: other.nowMs,
      server: server.plan.name,
      client: plan.address,
      connector: `Default ${other.plan.name}`,
      dialled: null,
      tracked: true,
      ...(mail.sender === '' ? {} : { sender: mail.sender }),
    },
  );
  yield* quit(connection, stage);
}

const behaviours = { scan, relay, denied, tlsFails, knock, probe, passedOn };

export type SmtpBehaviour = keyof typeof behaviours;

export function smtpSession(stage: SmtpStage): Life {
  return behaviours[stage.plan.behaviour](stage);
}
