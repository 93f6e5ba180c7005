import * as fc from 'fast-check';

import type { ConnectionEvent, SmtpFacts } from '../../../src/event/connection-event.ts';

const names = Array.from({ length: 30 }, (_, index) => `svc-scan${index}`);

/** Names that differ only in case, beyond the basic plane, and where lower case is longer than upper case. */
const oddNames = ['SVC-Scan1', 'Svc-scan1', 'SVC-SCAN2', 'İstanbul', 'i̇stanbul', '\u{1f600}', '\ufffd', 'ß', 'ẞ'];

export const anyUser: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...names) },
  { weight: 3, arbitrary: fc.constantFrom(...oddNames) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }) },
);

const count = fc.nat(20);
const time = fc.integer({ min: 1_764_000_000_000, max: 1_764_000_000_050 });

const anyFailure = fc.option(
  fc.record({ at: time, reason: fc.constantFrom('a', 'B', 'b', '\u{1f600}', '\ufffd') }, { noNullPrototype: true }),
);

/** Events of one client; byte counts may be so large that their sum is not a safe integer. */
export const anyEvent: fc.Arbitrary<ConnectionEvent> = fc
  .record({
    clientPort: fc.nat(65_535),
    endpoint: fc.option(fc.constantFrom(...Array.from({ length: 20 }, (_, index) => `10.0.0.${index}:995`))),
    offset: fc.nat(),
    opened: count,
    rows: count,
    commands: count,
    loginsSucceeded: count,
    loginsFailed: count,
    bytesReceived: fc.oneof(count, fc.maxSafeNat()),
    bytesSent: fc.oneof(count, fc.maxSafeNat()),
    times: fc.tuple(time, time),
    users: fc.array(anyUser, { maxLength: 6 }),
    hasUser: fc.boolean(),
    failure: anyFailure,
  })
  .map(({ times: [one, other], ...event }) => ({
    ...event,
    protocol: 'pop3',
    server: 'EX01',
    address: '10.1.2.3',
    session: null,
    file: 'POP32026112410-1.LOG',
    first: Math.min(one, other),
    last: Math.max(one, other),
  }));

const anySmtpFacts: fc.Arbitrary<SmtpFacts> = fc.record({
  messages: count,
  tracked: fc.oneof(count, fc.maxSafeNat()),
  helo: fc.array(anyUser, { maxLength: 6 }),
  tls: fc.option(fc.constantFrom('SSL 3.0', 'TLS 1.0', 'TLS 1.2', 'TLS 1.3')),
  senders: fc.array(anyUser, { maxLength: 6 }),
  connectors: fc.array(anyUser, { maxLength: 2 }),
  notice: anyFailure,
});

/** The same of SMTP. */
export const anySmtpEvent: fc.Arbitrary<ConnectionEvent> = fc
  .tuple(anyEvent, anySmtpFacts)
  .map(([event, smtp]) => ({ ...event, protocol: 'smtp', smtp }));

/** An ordinary event, with what matters to a test in `change`. */
export function eventWith(change: Partial<ConnectionEvent>): ConnectionEvent {
  return {
    protocol: 'pop3',
    server: 'EX01',
    address: '10.1.2.3',
    clientPort: 51_234,
    endpoint: '10.0.0.1:995',
    session: '00000000000000E2',
    file: 'POP32026112410-1.LOG',
    offset: 4096,
    opened: 1,
    rows: 6,
    commands: 4,
    loginsSucceeded: 1,
    loginsFailed: 0,
    bytesReceived: 212,
    bytesSent: 48_122,
    first: 1_764_000_000_000,
    last: 1_764_000_000_914,
    users: ['svc-scan1'],
    hasUser: true,
    failure: null,
    ...change,
  };
}
