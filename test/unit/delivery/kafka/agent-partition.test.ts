import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { murmur2, partitionOf } from '../../../../src/delivery/kafka/partition.ts';

test("the hash is that of Java's default partitioner", () => {
  // From Apache Kafka's own UtilsTest.
  const known: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [text, hash] of known) assert.equal(murmur2(text), hash, text);
});

test('a partition is always one of the topic, also for negative hashes', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 500 }), (text, partitions) => {
      const partition = partitionOf(text, partitions);
      assert.ok(Number.isInteger(partition) && partition >= 0 && partition < partitions);
    }),
  );
});

test('neighbouring addresses spread over all partitions', () => {
  const counts = Array.from({ length: 12 }, () => 0);
  for (let host = 0; host < 6000; host++) {
    const partition = partitionOf(`10.0.${host >> 8}.${host & 255}`, 12);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 350 && count < 650, `${count} of about 500`);
});
