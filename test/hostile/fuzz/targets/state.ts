import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decodeReport } from '../../../../src/delivery/kafka/collect/report-codec.ts';
import { decodeState, encodeState, UnreadableState } from '../../../../src/delivery/kafka/collect/state-record.ts';
import { encodeSighting } from '../../../../src/sighting/codec.ts';
import { applyEvent, emptySighting, sightingKey } from '../../../../src/sighting/sighting.ts';
import { anyEvent } from '../../../unit/event/any-event.ts';
import { laneReport } from '../../../unit/collector/fixtures.ts';
import type { FuzzTarget } from '../target.ts';

/** The key, a line feed, the value; without a line feed a tombstone. */
function check(input: Buffer): void {
  const text = input.toString('utf8');
  const end = text.indexOf('\n');
  const [key, value] = end === -1 ? [text, null] : [text.slice(0, end), text.slice(end + 1)];
  decodeReport(value === null ? input : Buffer.from(value));
  let record;
  try {
    record = decodeState(key, value);
  } catch (error) {
    assert.ok(error instanceof UnreadableState, `another error: ${String(error)}`);
    assert.ok(error.message.length < 500);
    return;
  }
  if (record === null) return;
  const again = encodeState(record);
  assert.equal(again.key, key, 'a record goes back to its own key');
  assert.deepEqual(encodeState(decodeState(again.key, again.value) ?? record), again);
}

const report = {
  schema: 1,
  agent: 'a',
  name: 'EX01',
  version: '1',
  server: 'EX01',
  startedAt: 1,
  at: 2,
  intervalMs: 1,
};

export const state: FuzzTarget = {
  name: 'state',
  seeds: () => [
    ...fc.sample(anyEvent, { seed: 3, numRuns: 12 }).map((event) => {
      const sighting = emptySighting(event.protocol, event.server, event.address, 'bounded');
      applyEvent(sighting, event);
      const key = sightingKey(event.protocol, event.server, event.address);
      return Buffer.from(`s\t${key}\n${encodeSighting(sighting)}`);
    }),
    Buffer.from('m\tlane\trun\n[1,0,5,4096,17,1700000000000]'),
    Buffer.from('m\tlane\trun'),
    Buffer.from('p\n[1,"straggler",17,"abc"]'),
    Buffer.from('o\n[1,"straggler","collector-1",1700000000000]'),
    Buffer.from('l\tevent gap\tlane\t0\n[1,"EX01","pop3",1700000000000,3,"three events",[1,2]]'),
    Buffer.from(`x\n${JSON.stringify({ ...report, lanes: [laneReport()] })}`),
  ],
  words: ['"v":2', '"uo":1', '"h":0', '[2,', 'null', '"e":["x"]', '\t', 'l\tposition lost\t\t\n', '1e400'],
  check,
};
