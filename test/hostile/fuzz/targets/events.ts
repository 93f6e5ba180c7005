import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decodeEvent, encodeEvent, EventFormatError } from '../../../../src/event/ndjson.ts';
import { PlainLineReader } from '../../../../src/event/plain-line.ts';
import { decodeSighting, encodeSighting } from '../../../../src/sighting/codec.ts';
import { applyEvent, emptySighting } from '../../../../src/sighting/sighting.ts';
import { anyEvent } from '../../../unit/event/any-event.ts';
import type { FuzzTarget } from '../target.ts';

const plainLines = new PlainLineReader();

function check(input: Buffer): void {
  const line = input.toString('utf8');
  const plain = plainLines.read(input, 0, input.length);
  let event;
  try {
    event = decodeEvent(line);
  } catch (error) {
    assert.ok(error instanceof EventFormatError, `another error: ${String(error)}`);
    assert.ok(error.message.length < 500, 'the message is short, whatever the line holds');
    assert.equal(plain, null, 'what the decoder refuses is not read either');
    return;
  }
  if (plain !== null) assert.deepEqual(plain, event);
  assert.deepEqual(decodeEvent(encodeEvent(event)), event, 'what is accepted is understood the same way again');
  const sighting = emptySighting(event.protocol, event.server, event.address, 'bounded');
  applyEvent(sighting, event);
  applyEvent(sighting, event);
  const stored = encodeSighting(sighting);
  assert.equal(encodeSighting(decodeSighting(stored)), stored);
}

export const events: FuzzTarget = {
  name: 'events',
  seeds: () => fc.sample(anyEvent, { seed: 1, numRuns: 24 }).map((event) => Buffer.from(encodeEvent(event))),
  words: [
    '"straggler":{"schema":2}',
    '"schema":99,',
    '"related":{"user":[]}',
    '"hasUser":false',
    '"opened":-1',
    '"rows":0',
    '"bytes":9007199254740992',
    '"port":65536',
    '"ip":"::ffff:10.0.0.1"',
    '"0000-00-00T00:00:00.000Z"',
    '"-00001-01-01T00:00:00.000Z"',
    '"2026-02-30T00:00:00.000Z"',
    '"\\ud800"',
    '"\\u0000"',
    '{"__proto__":{"x":1}}',
    '[[[[[[[[',
  ],
  check,
};
