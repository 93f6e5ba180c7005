import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { openOutbox } from '../../../../src/delivery/kafka/outbox-client.ts';
import { outboxMigrations } from '../../../../src/delivery/kafka/outbox-tables.ts';
import { chunkKey } from '../../../../src/delivery/kafka/chunk-key.ts';
import { encodeHeaders } from '../../../../src/delivery/kafka/chunk-codec.ts';
import { pack, recordValue, unpack } from '../../../../src/delivery/kafka/packing.ts';
import { encodeRecord, recordBatch } from '../../../../src/delivery/kafka/record-batch.ts';
import { zstd } from '../../../../src/delivery/kafka/zstd.ts';
import { openState } from '../../../../src/delivery/store/open-state.ts';
import { rowChecksum } from '../../../../src/delivery/store/row-checksum.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const headers = {
  schema: 1,
  lane: 'lane-1',
  run: 'run-1',
  runFirst: 1,
  slice: 7,
  firstOffset: 100,
  lastOffset: 4000,
  previous: null,
  partitions: 12,
  readingBack: false,
  agentName: 'Größe',
};

test('a value comes back from its record, whatever the headers are', () => {
  const anyHeaders = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), anyHeaders, (value, some) => {
      assert.deepEqual(recordValue(encodeRecord({ value: Buffer.from(value), headers: some })), Buffer.from(value));
    }),
  );
});

test('what is no record has no value, and does not throw', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const value = recordValue(Buffer.from(bytes));
      assert.ok(value === null || value.length <= bytes.length);
    }),
  );
});

test('a batch of one packed record is, byte for byte, that of the record', async () => {
  const body = Buffer.from('{"a":1}\n'.repeat(500));
  const options = {
    isTransactional: false,
    producerId: -1n,
    producerEpoch: 0,
    firstSequence: 0,
    now: 1234,
    codec: 4,
    compress: async (bytes: Buffer) => zstd(bytes),
  };
  const plain = { value: body, headers: encodeHeaders(headers) };
  const expected = await recordBatch([plain], options);
  assert.deepEqual(await recordBatch([{ ...plain, value: null, packed: pack(headers, body) }], options), expected);
  // Beside others it is a record as any other.
  const wrong = { ...plain, packed: Buffer.from('never read') };
  assert.deepEqual(await recordBatch([wrong, plain], options), await recordBatch([plain, plain], options));
});

test('an outbox of the first layout is brought to this one with its chunks', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'straggler-outbox-'));
  t.after(() => rm(directory, { recursive: true }));
  const body = Buffer.from('{"a":1}\n'.repeat(500));
  {
    const state = await openState(directory, {
      kind: 'kafka',
      programVersion: '0.0.0',
      migrations: outboxMigrations.slice(0, 1),
    });
    const put = state.database.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    const [text, packed] = [JSON.stringify(headers), new Uint8Array(zstdCompressSync(body))];
    for (const id of [1, 2]) {
      const checksum = rowChecksum(chunkKey(id, 3, body.length, text), packed);
      put.run(id, 3, body.length, 500, 1234, text, packed, checksum);
    }
    state.database.close();
  }
  await using outbox = await openOutbox({ directory, programVersion: '0.0.0' });
  assert.deepEqual(
    outbox.content.waiting.map(({ id, headers: stored, bytes }) => ({ id, stored, bytes })),
    [1, 2].map((id) => ({ id, stored: headers, bytes: body.length })),
  );
  for (const packed of await outbox.packed([1, 2])) {
    assert.deepEqual(unpack(packed, headers, body.length), body);
    assert.deepEqual(zstdDecompressSync(packed), zstdDecompressSync(pack(headers, body)));
  }
});
