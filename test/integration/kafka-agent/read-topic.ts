/** Everything that a topic holds, and what of it counts: the agent's promises, checked without the collector's code. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import { decodeEvent } from '../../../src/event/ndjson.ts';
import { decodeHeaders } from '../../../src/delivery/kafka/chunk-codec.ts';
import type { ChunkHeaders } from '../../../src/delivery/kafka/chunk.ts';
import type { Kafka, KafkaMessage } from '../../../src/delivery/kafka/client.ts';
import { answered } from '../../processes/until.ts';

export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly message: KafkaMessage;
}

export interface ReadChunk {
  readonly partition: number;
  readonly offset: number;
  readonly headers: ChunkHeaders;
  readonly body: string;
  readonly events: readonly ConnectionEvent[];
}

/** From the earliest record to the end as it is now, partition by partition. */
export async function readTopic(kafka: Kafka, topic: string): Promise<ReadRecord[]> {
  const ends = await endsOf(kafka, topic);
  const missing = new Map(ends.filter(({ high, low }) => high !== low).map((end) => [end.partition, Number(end.high)]));
  const records: ReadRecord[] = [];
  if (missing.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const done = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      for (const message of batch.messages) {
        records.push({ partition: batch.partition, offset: Number(message.offset), message });
      }
      if (Number(batch.lastOffset()) + 1 >= (missing.get(batch.partition) ?? 0)) missing.delete(batch.partition);
      if (missing.size === 0) done.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** A topic that was made a moment ago may not answer yet. */
async function endsOf(kafka: Kafka, topic: string) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await answered(`${topic} tells its ends`, () => admin.fetchTopicOffsets(topic));
  } finally {
    await admin.disconnect();
  }
}

export async function readChunks(kafka: Kafka, topic: string): Promise<ReadChunk[]> {
  return (await readTopic(kafka, topic)).map(({ partition, offset, message }) => {
    const body = message.value?.toString() ?? '';
    const events = body.trimEnd().split('\n').map(decodeEvent);
    return { partition, offset, headers: decodeHeaders(message.headers, partition), body, events };
  });
}

/**
 * What counts: per partition, lane and run only what lies above everything before. Fails where an event's first
 * arrival is out of order, where the chain has a gap, and where a duplicate differs from what came first.
 */
export function countOnce(chunks: readonly ReadChunk[]): { events: ConnectionEvent[]; duplicates: number } {
  const events: ConnectionEvent[] = [];
  const last = new Map<string, { slice: number; offset: number }>();
  const bodies = new Map<string, string>();
  let duplicates = 0;
  for (const { partition, headers, body, events: own } of chunks) {
    const lane = `${partition} ${headers.lane}`;
    const place = `${lane} ${headers.slice} ${headers.firstOffset}`;
    const before = bodies.get(place);
    if (before !== undefined) {
      assert.equal(body, before, `sent again, but not the same: ${place}`);
      duplicates++;
      continue;
    }
    bodies.set(place, body);
    assert.deepEqual(headers.previous, last.get(lane) ?? null, `the chain of ${place}`);
    last.set(lane, { slice: headers.slice, offset: headers.lastOffset });
    events.push(...own);
  }
  return { events, duplicates };
}
