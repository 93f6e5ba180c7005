/**
 * Sends chunks to their partition. Resolves only on the broker's word that exactly this batch is in exactly this
 * partition on all replicas in sync; after every rejection but a refusal the outcome is unknown, and the identical
 * batch has to be sent again.
 *
 * Why so strict: a `send` of kafkajs that spans several partitions can lose part of it when one of them fails; one to
 * a partition that its metadata lacks resolves with nothing sent; and its idempotent producer can take a new batch for
 * an old one. So one partition a send, chosen by us, the answer checked, and consumers drop duplicates by origin.
 */
import type { ChunkHeaders } from './chunk.ts';
import { encodeHeaders } from './chunk-codec.ts';
import { codecs, rootCause } from './client.ts';
import type { Codec, Kafka, Message, Producer } from './client.ts';
import { ProducerConnection } from './producer-connection.ts';
import type { RecordToWrite } from './record-batch.ts';

export interface SendableChunk {
  readonly headers: ChunkHeaders;
  readonly body: Buffer;
  /** The record that it makes, zstd: what is sent where it is sent alone, with nothing to be compressed any more. */
  readonly packed?: Uint8Array;
}

export interface ChunkSender extends AsyncDisposable {
  /** @throws BatchRefused, PartitionCountChanged, or an error of the network or the broker */
  send(partition: number, chunks: readonly SendableChunk[]): Promise<void>;
}

/** The broker will not have this batch as it is; nothing of it was stored. */
export class BatchRefused extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'BatchRefused';
  }
}

/** The topic has another number of partitions than the one the chunks were cut for. */
export class PartitionCountChanged extends Error {
  readonly expected: number;
  readonly actual: number;

  constructor(topic: string, expected: number, actual: number) {
    super(`the topic ${topic} has ${actual} partitions, the chunks were cut for ${expected}`);
    this.name = 'PartitionCountChanged';
    this.expected = expected;
    this.actual = actual;
  }
}

const metadataMaxAgeMs = 60_000;

export function chunkSender(kafka: Kafka, topic: string, codec: Codec = 'zstd'): ChunkSender {
  const compression = codecs[codec];
  const create = (): Producer =>
    kafka.producer({
      allowAutoTopicCreation: false,
      metadataMaxAge: metadataMaxAgeMs,
      // Ours never end, and can be stopped.
      retry: { retries: 0 },
      // The only place that sees the metadata which this very send uses.
      createPartitioner: () => (call) => {
        const actual = call.partitionMetadata.length;
        const expected = Number(call.message.headers?.['partitions']);
        if (actual !== expected) throw new PartitionCountChanged(topic, expected, actual);
        return call.message.partition ?? -1;
      },
    });
  const connection = new ProducerConnection(create);
  return {
    send: async (partition, chunks) => {
      // kafkajs hands messages on as they are, so what lies ready reaches the batch.
      const isReady = chunks.length === 1 && codec === 'zstd';
      const messages = chunks.map((chunk) => message(partition, chunk, isReady));
      try {
        await connection.send({ topic, compression, messages }, partition);
      } catch (error) {
        throw meaningOf(error);
      }
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

function message(partition: number, chunk: SendableChunk, isReady: boolean): Message & RecordToWrite {
  const headers = encodeHeaders(chunk.headers);
  const { packed } = chunk;
  return isReady && packed !== undefined
    ? { partition, headers, value: null, packed }
    : { partition, headers, value: chunk.body };
}

/** Answers of the broker that the same bytes will get again. */
const refusals = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

/** Whether the broker will not have what was sent as it is. */
export function isRefusal(error: unknown): boolean {
  const inner = rootCause(error);
  return inner instanceof Error && 'type' in inner && refusals.has(String(inner.type));
}

function meaningOf(error: unknown): unknown {
  const inner = rootCause(error);
  return inner instanceof Error && isRefusal(inner) ? new BatchRefused(inner) : inner;
}
