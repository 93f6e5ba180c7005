import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { eventUsersMax } from '../../../src/event/connection-event.ts';
import { EventFormatError, decodeEvent, encodeEvent } from '../../../src/event/ndjson.ts';
import { anyEvent, eventWith } from './any-event.ts';

test('an event is one line in names of the Elastic Common Schema', () => {
  const event = eventWith({
    failure: { at: Date.parse('2026-11-20T10:00:01.500Z'), reason: 'AuthFailed:LogonDenied' },
  });
  assert.equal(
    encodeEvent(event),
    '{"@timestamp":"2026-11-20T10:00:02.118Z",' +
      '"event":{"dataset":"exchange.pop3","start":"2026-11-20T10:00:01.204Z","end":"2026-11-20T10:00:02.118Z","outcome":"success"},' +
      '"host":{"name":"EX01"},"network":{"protocol":"pop3"},' +
      '"client":{"ip":"10.1.2.3","port":51234,"bytes":212},"server":{"ip":"10.0.0.1","port":995,"bytes":48122},' +
      '"user":{"name":"svc-scan"},"related":{"user":["svc-scan","svc-scan@contoso.test"]},' +
      '"log":{"file":{"path":"POP32026112010-1.LOG"},"offset":4096},' +
      '"straggler":{"session":"00000000000000E2","rows":6,"commands":4,"opened":1,"auth":{"succeeded":1,"failed":0},' +
      '"failure":{"at":"2026-11-20T10:00:01.500Z","reason":"AuthFailed:LogonDenied"}}}',
  );
});

test('fields that are empty are left out', () => {
  const line = JSON.parse(
    encodeEvent(eventWith({ endpoint: null, session: null, users: [], hasUser: false, loginsSucceeded: 0 })),
  );
  assert.deepEqual(line.server, { bytes: 48_122 });
  assert.deepEqual(line.straggler, { rows: 6, commands: 4, opened: 1 });
  assert.equal('outcome' in line.event || 'user' in line || 'related' in line, false);
});

test('a user whose name is withheld leaves his mark', () => {
  const event = eventWith({ users: [], hasUser: true });
  assert.equal(JSON.parse(encodeEvent(event)).straggler.hasUser, true);
  assert.deepEqual(decodeEvent(encodeEvent(event)), event);
});

test('the outcome is success once any login succeeded, failure when some failed', () => {
  const outcome = (succeeded: number, failed: number): unknown =>
    JSON.parse(encodeEvent(eventWith({ loginsSucceeded: succeeded, loginsFailed: failed }))).event.outcome;
  assert.deepEqual([outcome(1, 3), outcome(0, 3), outcome(0, 0)], ['success', 'failure', undefined]);
});

test('any event comes back from its line as it was', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const line = encodeEvent(event);
      assert.equal(line.includes('\n'), false);
      assert.deepEqual(decodeEvent(line), event);
      assert.deepEqual(decodeEvent(JSON.parse(line)), event);
    }),
    { numRuns: 500 },
  );
});

test('a line with fields that this program does not know is read', () => {
  const line = JSON.parse(encodeEvent(eventWith()));
  assert.deepEqual(decodeEvent({ ...line, ecs: { version: '8.17' }, host: { ...line.host, os: {} } }), eventWith());
});

/** The line of an ordinary event, changed at a path. */
function lineWith(path: string, value: unknown): unknown {
  const line = JSON.parse(encodeEvent(eventWith({ failure: { at: 0, reason: 'x' } })));
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const place = keys.reduce((object, key) => object[key], line);
  if (value === undefined) {
    delete place[last];
  } else {
    place[last] = value;
  }
  return line;
}

const refused: readonly [string, unknown, EventFormatError['reason']][] = [
  ['straggler.schema', 2, 'newer schema'],
  ['straggler.schema', 0, 'wrong schema'],
  ['straggler.rows', 0, 'wrong schema'],
  ['straggler.rows', 1.5, 'wrong schema'],
  ['straggler.rows', '6', 'wrong schema'],
  ['straggler.opened', -1, 'wrong schema'],
  ['straggler.auth.failed', 2 ** 53, 'wrong schema'],
  ['straggler.failure.at', 'yesterday', 'unreadable time'],
  ['straggler.failure.reason', 'x'.repeat(257), 'wrong schema'],
  ['straggler', undefined, 'wrong schema'],
  ['event.start', '2026-11-20T10:00:02.119Z', 'unreadable time'],
  ['event.end', '2026-11-20', 'unreadable time'],
  ['event.end', '2026-02-30T10:00:00.000Z', 'unreadable time'],
  ['event.end', 7, 'wrong schema'],
  ['event.dataset', 'exchange.imap4', 'wrong schema'],
  ['network.protocol', 'http', 'wrong schema'],
  ['client.ip', '10.1.2.300', 'unreadable address'],
  ['client.ip', '::ffff:10.1.2.3', 'unreadable address'],
  ['client.ip', 'FE80::1', 'unreadable address'],
  ['client.port', 65_536, 'wrong schema'],
  ['server.ip', 'ex01', 'unreadable address'],
  ['host.name', 'ex01.contoso.test', 'unreadable server'],
  ['host.name', 'EX\t01', 'unreadable server'],
  ['host.name', '', 'wrong schema'],
  ['related.user', Array.from({ length: eventUsersMax + 1 }, (_, index) => `u${index}`), 'wrong schema'],
  ['related.user', ['\ud800'], 'wrong schema'],
  ['related.user', [7], 'wrong schema'],
  ['log.offset', -1, 'wrong schema'],
  ['log.file.path', 'x'.repeat(5000), 'wrong schema'],
];

for (const [path, value, reason] of refused) {
  test(`a line whose ${path} is ${JSON.stringify(value)?.slice(0, 40)} is refused: ${reason}`, () => {
    assert.throws(
      () => decodeEvent(lineWith(path, value)),
      (error) => error instanceof EventFormatError && error.reason === reason,
    );
  });
}

test('whatever stands in a line, it is read or refused with a reason', () => {
  const anyLine = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(anyEvent, fc.nat(), fc.string({ maxLength: 2 })).map(([event, at, text]) => {
      const line = encodeEvent(event);
      const place = at % line.length;
      return line.slice(0, place) + text + line.slice(place + 1);
    }),
    fc
      .tuple(fc.constantFrom(...refused.map(([path]) => path)), fc.jsonValue())
      .map(([path, value]) => JSON.stringify(lineWith(path, value))),
  );
  fc.assert(
    fc.property(anyLine, (line) => {
      try {
        const event = decodeEvent(line);
        assert.deepEqual(decodeEvent(encodeEvent(event)), event);
      } catch (error) {
        assert.ok(error instanceof EventFormatError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('what SMTP alone has is refused of another protocol', () => {
  const line = JSON.parse(encodeEvent(eventWith()));
  line.straggler.smtp = { messages: 1 };
  assert.throws(
    () => decodeEvent(line),
    (error) => error instanceof EventFormatError && error.reason === 'wrong schema',
  );
});
