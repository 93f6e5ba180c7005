/** Another owner of a partition, played by the test: it commits what it likes, at the moment that it likes. */
import { StateWriter } from '../../../src/delivery/kafka/collect/state-writer.ts';
import { PartitionLedger } from '../../../src/delivery/kafka/collect/partition-ledger.ts';
import type { PartitionState } from '../../../src/delivery/kafka/collect/partition-ledger.ts';
import { PartitionMarks } from '../../../src/delivery/kafka/collect/partition-marks.ts';
import { wireHeaders } from './fake-agent.ts';
import type { WireChunk } from './fake-agent.ts';
import type { TestTopics } from './topics.ts';

const nothingCounted: PartitionState = { position: null, marks: new PartitionMarks(), losses: new Map() };

export class Rival implements Disposable {
  readonly #writer: StateWriter;
  readonly #group: string;
  readonly #topics: TestTopics;
  readonly #partition: number;

  private constructor(topics: TestTopics, group: string, partition: number) {
    this.#topics = topics;
    this.#group = group;
    this.#partition = partition;
    const stateTopic = topics.names.state;
    this.#writer = new StateWriter({ kafka: topics.kafka, group, stateTopic, partition, still: () => {} });
  }

  /** Fences whoever owns the partition, and says so in the state topic. */
  static async takeOver(topics: TestTopics, group: string, partition: number): Promise<Rival> {
    const rival = new Rival(topics, group, partition);
    await rival.#writer.connect();
    await rival.#writer.write([{ kind: 'owner', group, collector: 'rival', at: Date.now() }], () => {});
    return rival;
  }

  /** Counts these chunks, the first ones of the partition, and commits them. */
  async count(chunks: readonly WireChunk[]): Promise<void> {
    const ledger = new PartitionLedger({
      partition: this.#partition,
      partitions: this.#topics.partitions,
      group: this.#group,
      state: nothingCounted,
      lookup: () => undefined,
      now: () => Date.now(),
      lateAfterMs: Number.POSITIVE_INFINITY,
    });
    for (const [offset, chunk] of chunks.entries()) {
      ledger.apply({ offset, timestamp: this.#topics.timestamp, headers: wireHeaders(chunk), value: chunk.body });
    }
    await this.#writer.write(ledger.take().records, () => {});
  }

  /** Dies without a word. */
  [Symbol.dispose](): void {
    this.#writer.abandon();
  }
}
