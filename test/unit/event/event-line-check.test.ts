import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isEventLine } from '../../../src/event/event-line-check.ts';
import { encodeEvent } from '../../../src/event/ndjson.ts';
import { eventLine } from '../../../src/event/schema.ts';
import { anyEvent, eventWith } from './any-event.ts';

const failure = { at: 0, reason: 'x' };
const smtp = {
  messages: 1,
  tracked: 1,
  helo: ['x'],
  tls: 'TLS 1.2',
  senders: ['x'],
  connectors: ['x'],
  notice: failure,
};

/** A line with everything that one can have, optional fields without a word of ours included. */
function fullLine(): Record<string, Record<string, unknown>> {
  const line = JSON.parse(encodeEvent(eventWith({ protocol: 'smtp', failure, smtp })));
  Object.assign(line.straggler, { schema: 1, hasUser: true });
  return line;
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

/** The full line with a value, or nothing, at a path. */
function changedAt(path: readonly string[], value: unknown): unknown {
  const line: unknown = fullLine();
  const place = path.slice(0, -1).reduce((inner, key) => (inner as never)[key], line) as Record<string, unknown>;
  if (value === undefined && Array.isArray(place)) place.splice(Number(path.at(-1)), 1);
  else if (value === undefined) delete place[path.at(-1) ?? ''];
  else place[path.at(-1) ?? ''] = value;
  return line;
}

function assertAgrees(line: unknown): void {
  assert.equal(isEventLine(line), eventLine.safeParse(line).success, JSON.stringify(line));
}

const many = Array.from({ length: 65 }, (_, index) => `u${index}`);
const telling: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  1.5,
  65_535,
  65_536,
  2 ** 53,
  2 ** 60,
  '',
  'x',
  'pop3',
  'exchange.pop3',
  'exchange.http',
  'success',
  'TLS 1.3',
  'TLS 13',
  'x'.repeat(45),
  'x'.repeat(46),
  'x'.repeat(257),
  '\u{1f600}'.repeat(256),
  '\u{1f600}'.repeat(257),
  'x'.repeat(4096),
  'x'.repeat(4097),
  '\ud800',
  [],
  ['x'],
  [''],
  [7],
  many.slice(1),
  many,
  {},
  { at: 'x', reason: 'x' },
];

test('a line with everything is one', () => {
  assert.equal(isEventLine(fullLine()), true);
});

test('the check by hand and the schema agree on a line with any field changed or missing', () => {
  const paths = pathsOf(fullLine());
  assert.ok(paths.length > 40, `only ${paths.length} fields`);
  for (const path of paths) for (const value of telling) assertAgrees(changedAt(path, value));
});

test('the check by hand and the schema agree on whatever else stands in a line', () => {
  for (const value of telling) assertAgrees(value);
  fc.assert(fc.property(anyEvent, (event) => assertAgrees(JSON.parse(encodeEvent(event)))));
  const anyPath = fc.constantFrom(...pathsOf(fullLine()));
  fc.assert(fc.property(anyPath, fc.jsonValue(), (path, value) => assertAgrees(changedAt(path, value))));
});
