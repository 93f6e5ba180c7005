/** What is read by our own means is what kafkajs reads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import kafkajs, { CompressionTypes } from 'kafkajs';
import fetchRequest from 'kafkajs/src/protocol/requests/fetch/index.js';
import { decodeFetch, fetchVersion } from '../../../../src/delivery/kafka/fetch-response.ts';
import { recordBatch } from '../../../../src/delivery/kafka/record-batch.ts';

kafkajs.CompressionCodecs[CompressionTypes.GZIP] = () => ({
  compress: async (encoder: { readonly buffer: Buffer }) => gzipSync(encoder.buffer),
  decompress: async (bytes: Buffer) => gunzipSync(bytes),
});

const anyBytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const anyRecord = fc.record(
  {
    key: fc.option(anyBytes),
    value: fc.option(fc.oneof(anyBytes, fc.constant(Buffer.alloc(9000, 7)))),
    timestamp: fc.integer({ min: 1_764_000_000_000, max: 1_764_000_900_000 }),
    headers: fc.dictionary(
      fc.string({ maxLength: 8 }).map((name) => `h${name}`),
      fc.oneof(anyBytes, fc.array(anyBytes, { maxLength: 3 })),
      {
        maxKeys: 3,
      },
    ),
  },
  { noNullPrototype: true },
);
const anyBatch = fc.record({
  records: fc.array(anyRecord, { minLength: 1, maxLength: 70 }),
  codec: fc.constantFrom(0, 1),
  isTransactional: fc.boolean(),
  isControl: fc.boolean(),
  isAppendTime: fc.boolean(),
  offset: fc.bigInt({ min: 0n, max: 2n ** 50n }),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 60n }),
  producerEpoch: fc.nat(30_000),
  firstSequence: fc.nat(2 ** 31 - 1),
});
type AnyBatch = typeof anyBatch extends fc.Arbitrary<infer Batch> ? Batch : never;
const anyPartition = fc.record({
  partition: fc.nat(50),
  errorCode: fc.constantFrom(0, 1, 6),
  offsets: fc.tuple(fc.bigInt(0n, 2n ** 60n), fc.bigInt(0n, 2n ** 60n), fc.bigInt(0n, 2n ** 60n)),
  aborted: fc.array(fc.tuple(fc.bigInt(0n, 2n ** 60n), fc.bigInt(0n, 2n ** 60n)), { maxLength: 2 }),
  batches: fc.array(anyBatch, { maxLength: 3 }),
  /** Bytes that are missing of the last batch, as happens at the limit of an answer. */
  cut: fc.oneof(fc.constant(0), fc.nat(80)),
});

async function batchBytes(batch: AnyBatch): Promise<Buffer> {
  const bytes = await recordBatch(batch.records, {
    ...batch,
    now: 0,
    compress: async (body) => gzipSync(body),
  });
  bytes.writeBigInt64BE(batch.offset, 0);
  bytes.writeInt16BE(bytes.readInt16BE(21) | (batch.isControl ? 32 : 0) | (batch.isAppendTime ? 8 : 0), 21);
  return bytes;
}

function numbers(...sized: readonly (readonly [value: number | bigint, bytes: 2 | 4 | 8])[]): Buffer {
  return Buffer.concat(
    sized.map(([value, bytes]) => {
      const buffer = Buffer.alloc(bytes);
      if (bytes === 8) buffer.writeBigInt64BE(BigInt(value));
      else buffer.writeIntBE(Number(value), 0, bytes);
      return buffer;
    }),
  );
}

type AnyPartition = typeof anyPartition extends fc.Arbitrary<infer Partition> ? Partition : never;

/** The batches of which nothing is missing. */
async function whole({ batches, cut }: AnyPartition): Promise<AnyBatch[]> {
  const sizes = await Promise.all(batches.map(async (batch) => (await batchBytes(batch)).length));
  let left = sizes.reduce((sum, size) => sum + size, 0) - cut;
  return batches.filter((_, index) => (left -= sizes[index] ?? 0) >= 0);
}

async function answerBytes(partitions: readonly AnyPartition[]): Promise<Buffer> {
  const parts = [
    numbers([5, 4], [0, 2], [77, 4], [1, 4], [5, 2]),
    Buffer.from('topic'),
    numbers([partitions.length, 4]),
  ];
  for (const { partition, errorCode, offsets, aborted, batches, cut } of partitions) {
    const all = Buffer.concat(await Promise.all(batches.map(batchBytes)));
    const records = all.subarray(0, Math.max(0, all.length - cut));
    parts.push(numbers([partition, 4], [errorCode, 2], ...offsets.map((offset) => [offset, 8] as const)));
    parts.push(numbers([aborted.length, 4], ...aborted.flat().map((one) => [one, 8] as const)));
    parts.push(numbers([-1, 4], [records.length, 4]), records);
  }
  return Buffer.concat(parts);
}

async function unpack(attributes: number, bytes: Buffer): Promise<Buffer> {
  assert.equal(attributes & 7, 1);
  return gunzipSync(bytes);
}

test('an answer is what kafkajs makes of it', async () => {
  const { response } = fetchRequest.protocol({ version: fetchVersion })({ topics: [], forgottenTopics: [] });
  await fc.assert(
    fc.asyncProperty(fc.array(anyPartition, { maxLength: 3 }), async (partitions) => {
      // Where a batch is cut within its first bytes kafkajs reads beyond the end, so it gets those that are whole.
      const uncut = await Promise.all(partitions.map(async (one) => ({ ...one, batches: await whole(one), cut: 0 })));
      const expected = await response.decode(await answerBytes(uncut));
      assert.deepEqual(await decodeFetch(await answerBytes(partitions), unpack), expected);
    }),
    { numRuns: 200 },
  );
});

test('records of an older format are left to kafkajs', async () => {
  const old = Buffer.alloc(40);
  old[16] = 1;
  const bytes = Buffer.concat([
    numbers(
      [0, 4],
      [0, 2],
      [0, 4],
      [1, 4],
      [0, 2],
      [1, 4],
      [0, 4],
      [0, 2],
      [0, 8],
      [0, 8],
      [0, 8],
      [0, 4],
      [-1, 4],
      [40, 4],
    ),
    old,
  ]);
  assert.equal(await decodeFetch(bytes, unpack), null);
});
