import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { encodeEvent } from '../../../../src/event/ndjson.ts';
import { ChunkError, decodeHeaders, encodeHeaders } from '../../../../src/delivery/kafka/chunk-codec.ts';
import { chunkEvents } from '../../../../src/delivery/kafka/collect/chunk-events.ts';
import { anyEvent } from '../../../unit/event/any-event.ts';
import type { FuzzTarget } from '../target.ts';

/** Headers as `name: value` lines, a blank line, the body. A header that is there twice is a list, as on the wire. */
function recordOf(input: Buffer): { headers: Record<string, Buffer | Buffer[]>; body: Buffer | null } {
  const end = input.indexOf('\n\n');
  const head = input.subarray(0, end === -1 ? input.length : end).toString('latin1');
  const headers: Record<string, Buffer | Buffer[]> = {};
  for (const line of head.split('\n')) {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = Buffer.from(colon === -1 ? '' : line.slice(colon + 1).trimStart(), 'latin1');
    const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
    const all = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
    Object.defineProperty(headers, name, { value: all, enumerable: true, configurable: true, writable: true });
  }
  return { headers, body: end === -1 ? null : input.subarray(end + 2) };
}

function check(input: Buffer): void {
  const { headers: wire, body } = recordOf(input);
  const partition = input.length % 4;
  let headers;
  try {
    headers = decodeHeaders(wire, partition);
  } catch (error) {
    assert.ok(error instanceof ChunkError, `another error: ${String(error)}`);
    assert.ok(error.message.length < 1000);
    return;
  }
  const again = Object.fromEntries(
    Object.entries(encodeHeaders(headers)).map(([name, text]) => [name, Buffer.from(text)]),
  );
  assert.deepEqual(decodeHeaders(again, partition), headers);
  const { events, unreadable } = chunkEvents(headers, partition, body);
  for (const event of events) assert.ok(event.offset >= headers.firstOffset && event.offset <= headers.lastOffset);
  const lines = body === null || body.length === 0 ? 0 : body.toString('utf8').replace(/\n$/, '').split('\n').length;
  assert.equal(events.length + unreadable.length, lines, 'every line is an event or is kept as unreadable');
}

export const chunks: FuzzTarget = {
  name: 'chunks',
  seeds: () =>
    fc.sample(anyEvent, { seed: 2, numRuns: 12 }).map((event, index) => {
      const headers = encodeHeaders({
        schema: 1,
        lane: 'lane-1',
        run: 'run_1',
        runFirst: index,
        slice: index + 2,
        firstOffset: 0,
        lastOffset: event.offset,
        previous: index % 2 === 0 ? null : { slice: index, offset: 7 },
        partitions: 1 + (index % 4),
        readingBack: index % 3 === 0,
        agentName: 'EX01',
      });
      const head = Object.entries(headers).map(([name, text]) => `${name}: ${text}\n`);
      return Buffer.from(`${head.join('')}\n${encodeEvent(event)}\n`);
    }),
  words: ['schema: 2\n', 'partitions: 0\n', 'prev: 1:2:3\n', 'prev: \n', 'slice: 007\n', '__proto__: x\n', '\n\n'],
  check,
};
