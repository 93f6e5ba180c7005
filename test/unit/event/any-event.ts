import * as fc from 'fast-check';
import { canonicalAddress } from '../../../src/event/address.ts';
import { type ConnectionEvent, type SmtpFacts, eventUsersMax } from '../../../src/event/connection-event.ts';
import { cutText } from '../../../src/event/cut-text.ts';
import { formatEndpoint } from '../../../src/event/endpoint.ts';
import { protocols } from '../../../src/event/protocol.ts';
import { serverKey } from '../../../src/event/server-key.ts';

const count = fc.oneof(fc.nat(20), fc.maxSafeNat());
const port = fc.nat(65_535);
const time = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

export const anyAddress: fc.Arbitrary<string> = fc
  .oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('::1', '127.0.0.1', '::ffff:10.1.2.3', 'fe80::1'))
  .map((text) => canonicalAddress(text))
  .filter((address) => address !== null);

/** Everything that bytes of a log may turn into: control characters, quotes, emoji, but no half surrogates. */
const anyText: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(
      'svc-scan',
      'DOMAIN\\name',
      '"quoted"',
      '</script>',
      '\u0000\u001b[31m',
      '\u2028',
      '\r',
      ' ',
      '\ufffd',
    ),
  )
  .map(cutText);

const filledText = anyText.filter((text) => text !== '');

const anyFailure = fc.option(fc.record({ at: time, reason: anyText }, { noNullPrototype: true }));
const anyTexts = fc.uniqueArray(filledText, { maxLength: 3 });

const anySmtpFacts: fc.Arbitrary<SmtpFacts> = fc.record(
  {
    messages: count,
    tracked: count,
    helo: anyTexts,
    tls: fc.option(fc.constantFrom('SSL 3.0', 'TLS 1.0', 'TLS 1.2', 'TLS 1.3')),
    senders: anyTexts,
    connectors: anyTexts,
    notice: anyFailure,
  },
  { noNullPrototype: true },
);

/** Any event that a reader can make, and so any that may be sent. */
export const anyEvent: fc.Arbitrary<ConnectionEvent> = fc
  .record({
    protocol: fc.constantFrom(...protocols),
    server: fc
      .oneof(fc.constantFrom('EX01', 'EX02', '10.0.0.5', 'ÖX-01'), fc.string({ unit: 'binary', maxLength: 40 }))
      .map(serverKey)
      .filter((key) => key !== ''),
    address: anyAddress,
    clientPort: port,
    endpoint: fc.option(fc.tuple(anyAddress, port).map(([address, number]) => formatEndpoint(address, number))),
    session: fc.option(filledText),
    file: fc.string({ unit: 'binary', maxLength: 60 }),
    offset: fc.maxSafeNat(),
    opened: count,
    rows: count.map((rows) => Math.max(1, rows)),
    commands: count,
    loginsSucceeded: count,
    loginsFailed: count,
    bytesReceived: count,
    bytesSent: count,
    times: fc.tuple(time, time),
    users: fc.oneof(
      { weight: 9, arbitrary: fc.uniqueArray(filledText, { maxLength: 3 }) },
      { weight: 1, arbitrary: fc.uniqueArray(filledText, { minLength: eventUsersMax, maxLength: eventUsersMax }) },
    ),
    isUserWithheld: fc.boolean(),
    failure: anyFailure,
    smtp: anySmtpFacts,
  })
  .map(({ times: [one, other], isUserWithheld, smtp, ...event }) => ({
    ...event,
    ...(event.protocol === 'smtp' ? { smtp } : {}),
    first: Math.min(one, other),
    last: Math.max(one, other),
    hasUser: event.users.length > 0 || isUserWithheld,
  }));

/** An ordinary event, with what matters to a test in `change`. */
export function eventWith(change: Partial<ConnectionEvent> = {}): ConnectionEvent {
  return {
    protocol: 'pop3',
    server: 'EX01',
    address: '10.1.2.3',
    clientPort: 51_234,
    endpoint: '10.0.0.1:995',
    session: '00000000000000E2',
    file: 'POP32026112010-1.LOG',
    offset: 4096,
    opened: 1,
    rows: 6,
    commands: 4,
    loginsSucceeded: 1,
    loginsFailed: 0,
    bytesReceived: 212,
    bytesSent: 48_122,
    first: Date.parse('2026-11-20T10:00:01.204Z'),
    last: Date.parse('2026-11-20T10:00:02.118Z'),
    users: ['svc-scan', 'svc-scan@contoso.test'],
    hasUser: true,
    failure: null,
    ...change,
  };
}
