/**
 * One Kafka record: NDJSON of one lane's events that go to one partition, with the headers that place it. The chunk
 * is finished when it is cut: what is stored in the outbox is sent as it is.
 */
export interface ChunkHeaders {
  readonly schema: number;
  readonly lane: string;
  /** Random id of the agent's start; a mark is per (partition, lane, run). */
  readonly run: string;
  /** First slice number of the run. */
  readonly runFirst: number;
  /** From a durable counter per lane, never reused. */
  readonly slice: number;
  /** Byte offsets in the slice's file of the first row of the first and of the last event. */
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** The lane's previous event in this partition; null for its first ever. */
  readonly previous: { readonly slice: number; readonly offset: number } | null;
  /** Partitions of the topic when the chunk was cut. */
  readonly partitions: number;
  readonly readingBack: boolean;
  readonly agentName: string;
}

export interface Chunk {
  readonly partition: number;
  readonly headers: ChunkHeaders;
  /** One ECS document a line, in rising order of offset. */
  readonly body: Buffer<ArrayBuffer>;
  readonly events: number;
}

/** Before compression. */
export const chunkBytesMax = 512 * 1024;
