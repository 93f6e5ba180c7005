/** A partitioned log in memory, in place of a broker: takes, refuses, stays silent or loses its answer, as told. */
import { BatchRefused } from '../../../../src/delivery/kafka/chunk-sender.ts';
import type { ChunkSender, SendableChunk } from '../../../../src/delivery/kafka/chunk-sender.ts';

export type Answer = 'taken' | 'away' | 'answer lost' | 'refused';

export interface Appended extends SendableChunk {
  readonly partition: number;
}

export class MemoryLog implements ChunkSender {
  readonly appended: Appended[] = [];
  /** Every batch that was sent, taken or not. */
  readonly batches: { readonly partition: number; readonly chunks: readonly SendableChunk[] }[] = [];
  answer: (partition: number, chunks: readonly SendableChunk[]) => Answer | Promise<Answer>;

  constructor(answer: Answer = 'taken') {
    this.answer = () => answer;
  }

  async send(partition: number, chunks: readonly SendableChunk[]): Promise<void> {
    this.batches.push({ partition, chunks });
    const answer = await this.answer(partition, chunks);
    if (answer === 'away') throw new Error('connect ECONNREFUSED');
    if (answer === 'refused') throw new BatchRefused(new Error('too large'));
    for (const chunk of chunks) this.appended.push({ partition, ...chunk });
    if (answer === 'answer lost') throw new Error('request timed out');
  }

  of(partition: number): Appended[] {
    return this.appended.filter((chunk) => chunk.partition === partition);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
