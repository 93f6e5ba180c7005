/** A request to produce, versions 3 to 8, as kafkajs writes it, only quicker: see `record-batch.ts`. */
import type { ProduceArguments } from 'kafkajs/src/protocol/requests/produce/index.js';
import { recordBatch } from './record-batch.ts';

/** Older ones have another format of records. */
export const produceVersionMin = 3;

/** The bytes behind the head of the request. `compress` is asked where there is a codec. */
export async function encodeProduce(
  args: ProduceArguments,
  now: number,
  compress: (codec: ProduceArguments['compression'], bytes: Buffer) => Promise<Buffer>,
): Promise<Buffer> {
  const { transactionalId, compression, producerId = -1, producerEpoch = 0 } = args;
  const parts: Buffer[] = [text(transactionalId), int16(args.acks), int32(args.timeout), int32(args.topicData.length)];
  for (const { topic, partitions } of args.topicData) {
    parts.push(text(topic), int32(partitions.length));
    for (const { partition, messages, firstSequence = 0 } of partitions) {
      const batch = await recordBatch(messages, {
        isTransactional: Boolean(transactionalId),
        producerId: BigInt(producerId.toString()),
        producerEpoch,
        firstSequence,
        now,
        codec: compression,
        compress: (bytes) => compress(compression, bytes),
      });
      parts.push(int32(partition), int32(batch.length), batch);
    }
  }
  return Buffer.concat(parts);
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** With its length before it, -1 where there is none. */
function text(value: string | undefined): Buffer {
  if (value === undefined) return int16(-1);
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
