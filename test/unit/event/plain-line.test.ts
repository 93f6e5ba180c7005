import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import { decodeEvent, encodeEvent } from '../../../src/event/ndjson.ts';
import { PlainLineReader } from '../../../src/event/plain-line.ts';
import { anyEvent } from './any-event.ts';

const reader = new PlainLineReader();

/** Among other bytes, as the lines of a chunk are. */
function read(line: string): ConnectionEvent | null {
  const [before, bytes] = [Buffer.from('{"@timestamp'), Buffer.from(line)];
  return reader.read(Buffer.concat([before, bytes, Buffer.from('\n{')]), before.length, before.length + bytes.length);
}

const asciiText = fc.string({ minLength: 1, maxLength: 40 }).map((text) => text.replaceAll(/[^ -~]|["\\]/g, 'x'));
const anyPlainEvent: fc.Arbitrary<ConnectionEvent> = fc
  .tuple(anyEvent, fc.constantFrom('pop3' as const, 'imap4' as const), asciiText, fc.array(asciiText, { maxLength: 3 }))
  .filter(([event]) => event.smtp === undefined)
  .map(([event, protocol, text, users]) => ({
    ...event,
    protocol,
    server: `EX0${text.length % 10}`,
    file: text,
    session: event.session === null ? null : text,
    users,
    hasUser: users.length > 0 || event.hasUser,
    failure: null,
    offset: event.offset % 1e15,
    opened: event.opened % 1e15,
    rows: 1 + (event.rows % 1e14),
    commands: event.commands % 1e15,
    loginsSucceeded: event.loginsSucceeded % 1e15,
    loginsFailed: event.loginsFailed % 1e15,
    bytesReceived: event.bytesReceived % 1e15,
    bytesSent: event.bytesSent % 1e15,
  }));

test('a plain line is the event that it was written from', () => {
  fc.assert(
    fc.property(anyPlainEvent, (event) => assert.deepEqual(read(encodeEvent(event)), event)),
    { numRuns: 500 },
  );
});

test('whatever is read, the decoder reads so, too', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const found = read(encodeEvent(event));
      if (found !== null) assert.deepEqual(found, event);
    }),
    { numRuns: 500 },
  );
});

const anyPiece = fc.oneof(
  fc.constantFrom('x', '7', '00', 'a b'),
  fc.constantFrom('"', '\\', ',', '0', '-1', '1e3', '.5', '}', ']', '[', '{', '\t', '\u0001', 'é', '\ud800', ' ', ':'),
  fc.constantFrom('EX02', 'ex01', '::1', '10.0.0.1', '010.0.0.1', 'smtp', 'imap4', 'pop3', '60', '2026-02-30', '99'),
  fc.constantFrom(',"hasUser":true', ',"hasUser":false', '"session":"",', '"schema":9,', '"rows":0', '""', '65536'),
);

/** Another character of the same kind: most such lines are plain still. */
const anyOther = fc.nat().map((number) => (character: string) => {
  if (/[0-9]/.test(character)) return String(number % 10);
  return /[a-z]/i.test(character) ? 'abcdxyzABCDXYZ'.charAt(number % 14) : character;
});

test('a line that was tampered with is read as the decoder does, or left to it', () => {
  let stillRead = 0;
  const anyChange = fc.oneof(
    fc.tuple(anyPiece, fc.nat(6)).map(
      ([piece, cut]) =>
        (line: string, at: number) =>
          `${line.slice(0, at)}${piece}${line.slice(at + cut)}`,
    ),
    anyOther.map(
      (other) => (line: string, at: number) => line.slice(0, at) + other(line.charAt(at)) + line.slice(at + 1),
    ),
  );
  fc.assert(
    fc.property(anyPlainEvent, fc.nat(999), anyChange, (event, place, change) => {
      const line = encodeEvent(event);
      const tampered = change(line, Math.floor((place / 1000) * line.length));
      const found = read(tampered);
      if (found === null) return;
      stillRead++;
      assert.deepEqual(found, decodeEvent(Buffer.from(tampered).toString()));
    }),
    { numRuns: 4000 },
  );
  assert.ok(stillRead > 400, `${stillRead} are plain still`);
});

test('a line that ends early is none', () => {
  const line = encodeEvent(fc.sample(anyPlainEvent, { seed: 7, numRuns: 1 })[0] as ConnectionEvent);
  const bytes = Buffer.from(`${line}${line}`);
  for (let end = 0; end < line.length; end++) assert.equal(reader.read(bytes, 0, end), null);
  assert.equal(reader.read(bytes, 0, line.length + 1), null);
});
