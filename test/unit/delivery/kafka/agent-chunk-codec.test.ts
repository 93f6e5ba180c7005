import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ChunkError, decodeHeaders, encodeHeaders } from '../../../../src/delivery/kafka/chunk-codec.ts';
import type { ChunkFault } from '../../../../src/delivery/kafka/chunk-codec.ts';
import type { ChunkHeaders } from '../../../../src/delivery/kafka/chunk.ts';

const sample: ChunkHeaders = {
  schema: 1,
  lane: 'c8e9c29e-0b0a-4b34-9d0b-16a3a9f3a8f2',
  run: 'a7f1',
  runFirst: 40,
  slice: 41,
  firstOffset: 128,
  lastOffset: 4096,
  previous: { slice: 40, offset: 99 },
  partitions: 12,
  readingBack: false,
  agentName: 'Zweigstelle Köln',
};

/** As kafkajs hands them over: bytes. */
function onTheWire(headers: Record<string, string>): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]));
}

function refuses(change: Record<string, string | undefined>, fault: ChunkFault, partition = 3): void {
  const wire: Record<string, Buffer | undefined> = onTheWire(encodeHeaders(sample));
  for (const [name, value] of Object.entries(change)) {
    wire[name] = value === undefined ? undefined : Buffer.from(value);
  }
  assert.throws(
    () => decodeHeaders(wire, partition),
    (error) => error instanceof ChunkError && error.fault === fault,
    JSON.stringify(change),
  );
}

test('headers survive the wire', () => {
  const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const pair = fc.tuple(number, number).map(([a, b]) => (a < b ? ([a, b] as const) : ([b, a] as const)));
  fc.assert(
    fc.property(
      fc.uuid(),
      fc.uuid(),
      pair,
      pair,
      fc.boolean(),
      fc.string({ maxLength: 64 }),
      (lane, run, s, o, back, name) => {
        const headers: ChunkHeaders = {
          ...sample,
          lane,
          run,
          runFirst: s[0],
          slice: s[1],
          firstOffset: o[0],
          lastOffset: o[1],
          previous: s[1] === 0 ? null : { slice: s[1] - 1, offset: o[1] },
          readingBack: back,
          agentName: name.toWellFormed(),
        };
        assert.deepEqual(decodeHeaders(onTheWire(encodeHeaders(headers)), 11), headers);
      },
    ),
  );
});

test('a chunk says what it is to other programs', () => {
  assert.equal(encodeHeaders(sample)['content-type'], 'application/x-ndjson');
});

test('a record without one of the headers is refused', () => {
  for (const name of Object.keys(encodeHeaders(sample))) {
    if (name !== 'content-type') refuses({ [name]: undefined }, 'missing header');
  }
  assert.throws(() => decodeHeaders(undefined, 0), ChunkError);
});

test('a newer schema is told from an unreadable one', () => {
  refuses({ schema: '2' }, 'newer schema');
  refuses({ schema: 'one' }, 'unreadable header');
});

test('numbers are plain decimal numbers that a double holds exactly', () => {
  for (const text of ['', ' 1', '1.5', '-1', '1e3', '0x10', '01', '9007199254740993', 'NaN', '1'.repeat(400)]) {
    refuses({ slice: text }, 'unreadable header');
    refuses({ prev: `${text}:1` }, 'unreadable header');
  }
  refuses({ prev: '1' }, 'unreadable header');
  refuses({ prev: '1:2:3' }, 'unreadable header');
});

test('ids hold nothing that could leave a key or a line', () => {
  for (const text of ['', 'a b', 'a\tb', 'a/b', '\u0000', 'x'.repeat(65)]) {
    refuses({ lane: text }, 'unreadable header');
    refuses({ run: text }, 'unreadable header');
  }
  refuses({ agent: 'x'.repeat(1025) }, 'unreadable header');
  refuses({ readingBack: 'true' }, 'unreadable header');
});

test('a header that is there twice is refused', () => {
  const wire = { ...onTheWire(encodeHeaders(sample)), slice: [Buffer.from('41'), Buffer.from('42')] };
  assert.throws(() => decodeHeaders(wire, 3), ChunkError);
});

test('headers that contradict each other or their partition are refused', () => {
  refuses({ firstOffset: '5000' }, 'contradiction');
  refuses({ runFirst: '42' }, 'contradiction');
  refuses({ prev: '41:128' }, 'contradiction');
  refuses({ prev: '42:0' }, 'contradiction');
  refuses({}, 'contradiction', 12);
});
