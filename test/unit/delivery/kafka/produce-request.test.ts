/** What is written by our own means is, byte for byte, what kafkajs writes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import kafkajs, { CompressionTypes } from 'kafkajs';
import produceRequest from 'kafkajs/src/protocol/requests/produce/index.js';
import { crc32c } from '../../../../src/delivery/kafka/crc32c.ts';
import { encodeProduce } from '../../../../src/delivery/kafka/produce-request.ts';

kafkajs.CompressionCodecs[CompressionTypes.GZIP] = () => ({
  compress: async (encoder: { readonly buffer: Buffer }) => gzipSync(encoder.buffer),
  decompress: async (bytes: Buffer) => bytes,
});

const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyText = fc.string({ maxLength: 200, unit: 'grapheme' });
const anyMessage = fc.record(
  {
    key: fc.option(fc.oneof(anyBytes, anyText)),
    value: fc.option(fc.oneof(anyBytes, anyText)),
    timestamp: fc.integer({ min: 1_764_000_000_000, max: 1_764_100_000_000 }).map(String),
    headers: fc.dictionary(anyText, fc.oneof(anyBytes, anyText, fc.array(anyText, { maxLength: 3 })), { maxKeys: 4 }),
  },
  { requiredKeys: ['key', 'value', 'timestamp'], noNullPrototype: true },
);
const anyPartition = fc.record({
  partition: fc.nat(100),
  firstSequence: fc.nat(2 ** 31 - 1),
  messages: fc.array(anyMessage, { minLength: 1, maxLength: 80 }),
});
const anyArguments = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(60_000),
  compression: fc.constantFrom(CompressionTypes.None, CompressionTypes.GZIP),
  transactionalId: fc.constantFrom(undefined, 'straggler-a-7'),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String),
  producerEpoch: fc.nat(2 ** 15 - 1),
  topicData: fc.array(
    fc.record({ topic: anyText, partitions: fc.array(anyPartition, { minLength: 1, maxLength: 2 }) }),
    { minLength: 1, maxLength: 2 },
  ),
});

for (const version of [3, 7]) {
  test(`a request of version ${version} is what kafkajs makes of it`, async () => {
    await fc.assert(
      fc.asyncProperty(anyArguments, async (args) => {
        const { request } = produceRequest.protocol({ version })(args);
        const expected = await request.encode();
        const bytes = await encodeProduce(args, 0, async (_codec, buffer) => gzipSync(buffer));
        assert.deepEqual(bytes, expected.buffer);
      }),
    );
  });
}

test('the check sum is that of its standard', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.concat([Buffer.alloc(3, 7), Buffer.alloc(32, 255)]), 3), 0x62a8ab43);
});
