/**
 * The parts that sessions are made of, for both protocols: open, log in, be refused, work, leave. Each part is lived in
 * steps (`schedule.ts`): what it yields is the time that passes before its next row.
 */
import { contextText } from './log-row.ts';
import type { Random } from './random.ts';
import { plainTextRefusal, type Refusal } from './refusals.ts';
import type { Life } from './schedule.ts';
import type { Connection, Step } from './service.ts';

export function* open(connection: Connection, random: Random): Life {
  connection.write({ command: 'OpenSession', durationMs: random.integer(0, 60), sent: isPop3(connection) ? 44 : 53 });
  yield random.integer(1, 150);
}

export function* capabilities(connection: Connection, random: Random): Life {
  const step: Step = isPop3(connection)
    ? { command: 'capa', received: 6, sent: 75, context: okContext(connection) }
    : { command: 'capability', durationMs: 1, received: 15, sent: 143, context: okContext(connection) };
  connection.write(step);
  yield random.integer(1, 100);
}

/** A login that succeeds: POP3 `user` and `pass`, IMAP4 `login`, now and then `auth` or `authenticate`. */
export function* logIn(connection: Connection, random: Random, user: string): Life {
  const proxied = connection.service.options.logsCommands ? '' : `;Msg=Proxy:${proxyTarget(connection)};ProxySuccess`;
  const context = okContext(connection) + proxied;
  const durationMs = random.integer(20, 400);
  const done = { durationMs, context, verdict: 'succeeded' } as const;
  if (random.chance(0.2)) {
    const command = isPop3(connection) ? 'auth' : 'authenticate';
    connection.write({
      ...done,
      command,
      user,
      received: 41,
      sent: 31,
      parameters: random.pick(['PLAIN', 'LOGIN', 'NTLM']),
    });
  } else if (isPop3(connection)) {
    connection.write({
      command: 'user',
      user,
      received: user.length + 7,
      sent: 5,
      parameters: user,
      context: okContext(connection),
    });
    yield random.integer(1, 80);
    connection.write({ ...done, command: 'pass', received: 17, sent: 36, parameters: '*****' });
  } else {
    connection.write({
      ...done,
      command: 'login',
      user,
      received: user.length + 26,
      sent: 24,
      parameters: `${user} *****`,
    });
  }
  connection.service.passOn(user);
  yield random.integer(5, 500);
}

/** A login that is refused, in one of the ways of `refusals.ts`. */
export function* beRefused(connection: Connection, random: Random, user: string, refusal: Refusal): Life {
  const result = refusal.result.replace('TAG', random.pick(['a1', 'aXSV', '2', 'A0003']));
  const reason = refusal.reason.replace('TAG', result.slice(0, result.indexOf(' ')));
  const context = contextText([['R', result], ...refusal.others]);
  const name = refusal.unknownAccount === true ? '' : user;
  const failed = {
    durationMs: random.integer(90, 700),
    context,
    verdict: 'failed',
    reason,
    received: 41,
    sent: 23,
  } as const;
  if (isPop3(connection)) {
    const parameters = refusal.unknownAccount === true ? ` ${user}` : user;
    connection.write({
      command: 'user',
      user: name,
      received: user.length + 7,
      sent: 5,
      parameters,
      context: okContext(connection),
    });
    yield random.integer(1, 80);
    connection.write({ ...failed, command: 'pass', parameters: '*****' });
  } else if (refusal.result.includes('AUTHENTICATE')) {
    connection.write({ ...failed, command: 'authenticate', user: name, parameters: 'PLAIN' });
  } else {
    connection.write({ ...failed, command: 'login', user: name, parameters: `${name} *****` });
  }
  yield random.integer(5, 300);
}

/** POP3 without TLS where plain text is not allowed: already the `user` row is refused. */
export function* beRefusedAtUser(connection: Connection, random: Random, user: string): Life {
  const { result, reason } = plainTextRefusal;
  const context = contextText([['R', result]]);
  connection.write({
    command: 'user',
    user,
    received: user.length + 7,
    sent: 42,
    parameters: user,
    context,
    verdict: 'failed',
    reason,
  });
  yield random.integer(5, 300);
}

/** A bare `auth` or `authenticate` lists the mechanisms and says nothing about a login, whatever its result. */
export function* listMechanisms(connection: Connection, random: Random): Life {
  const command = isPop3(connection) ? 'auth' : 'authenticate';
  const context = contextText([
    ['R', random.chance(0.5) ? connection.service.options.okText : '-ERR Protocol error. 18'],
  ]);
  connection.write({ command, received: 6, sent: 30, context });
  yield random.integer(5, 300);
}

/** What follows a login: single commands, or one row for the traffic that was passed on. */
export function* work(connection: Connection, random: Random): Life {
  if (!connection.service.options.logsCommands) {
    connection.write({
      command: 'proxy',
      received: random.integer(30, 900),
      sent: random.integer(100, 90_000),
      parameters: proxyTarget(connection),
    });
    yield random.integer(50, 2000);
    return;
  }
  const commands = isPop3(connection) ? ['stat', 'list', 'uidl', 'retr'] : ['select', 'list', 'fetch', 'noop'];
  for (const command of commands) {
    connection.write({
      command,
      durationMs: random.integer(0, 50),
      received: random.integer(6, 40),
      sent: random.integer(5, 9000),
      context: okContext(connection),
    });
    yield random.integer(5, 400);
  }
}

export function* leave(connection: Connection, random: Random): Life {
  const command = isPop3(connection) ? 'quit' : 'logout';
  connection.write({ command, received: 6, sent: isPop3(connection) ? 64 : 90, context: okContext(connection) });
  yield random.integer(1, 40);
  close(connection, random);
}

/** Newer versions write the bytes of the proxied session into the row that closes it. */
export function close(connection: Connection, random: Random): void {
  const bytes = random.chance(0.2) ? { received: 61, sent: 458 } : {};
  connection.write({ command: 'CloseSession', ...bytes });
}

function proxyTarget(connection: Connection): string {
  const { server, protocol } = connection.service.options;
  return `${server.toLowerCase()}.contoso.test:${protocol === 'pop3' ? 1995 : 1993}:SSL`;
}

function okContext(connection: Connection): string {
  return contextText([['R', connection.service.options.okText]]);
}

function isPop3(connection: Connection): boolean {
  return connection.service.options.protocol === 'pop3';
}
