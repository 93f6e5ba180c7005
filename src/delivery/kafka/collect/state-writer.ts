/**
 * The transactional producer of one owned partition. Its transactional id belongs to the group and the partition, not
 * to this process: the first transaction of a new producer fences every earlier one, so that whoever still believes
 * to be the owner cannot commit any more.
 *
 * After any error the result of a transaction is unknown, and nothing here is used again: a fenced producer of
 * kafkajs answers a commit with success after its send has failed.
 */
import type { Kafka, Message, Producer, Transaction } from '../client.ts';
import { encodeState } from './state-record.ts';
import type { EncodedRecord, StateRecord } from './state-record.ts';

/** Longer than any flush, shorter than an operator's patience with a partition that nobody can take over. */
const transactionTimeoutMs = 30_000;

/** One request: what a broker takes in one go, well below `max.message.bytes`. */
const requestRecordsMax = 2000;
const requestBytesMax = 512 * 1024;

export interface StateWriterOptions {
  readonly kafka: Kafka;
  readonly group: string;
  readonly stateTopic: string;
  readonly partition: number;
  /** Throws once this writer's time is over. Asked after every await. */
  readonly still: () => void;
}

export class StateWriter {
  readonly #options: StateWriterOptions;
  readonly #producer: Producer;
  #abandoned = false;

  constructor(options: StateWriterOptions) {
    this.#options = options;
    this.#producer = options.kafka.producer({
      transactionalId: transactionalId(options.group, options.partition),
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: transactionTimeoutMs,
      allowAutoTopicCreation: false,
    });
  }

  /** Must come first, and only once: connects, without fencing anybody yet. */
  async connect(): Promise<void> {
    await this.#letGoAfter(async () => await this.#producer.connect());
    this.#options.still();
  }

  /**
   * One transaction; answers the offsets of the records, in their order. `sent` is called with them before the commit.
   */
  async write(
    records: readonly StateRecord[],
    sent: (offsets: readonly number[]) => void | Promise<void>,
  ): Promise<readonly number[]> {
    return await this.#letGoAfter(async () => await this.#transact(records, sent));
  }

  async #transact(
    records: readonly StateRecord[],
    sent: (offsets: readonly number[]) => void | Promise<void>,
  ): Promise<readonly number[]> {
    const { still } = this.#options;
    const transaction = await this.#producer.transaction();
    still();
    const offsets: number[] = [];
    for (const request of requests(encoded(records))) {
      const base = await this.#send(transaction, request);
      still();
      for (let index = 0; index < request.length; index++) offsets.push(base + index);
    }
    await sent(offsets);
    still();
    await transaction.commit();
    still();
    return offsets;
  }

  /** Lets go of the producer without ending its transaction: whoever comes next fences what is left. */
  abandon(): void {
    this.#abandoned = true;
    this.#producer.disconnect().catch(() => {});
  }

  /** What was under way when the producer was let go of connects it again: then it is let go of once more. */
  async #letGoAfter<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } finally {
      if (this.#abandoned) this.abandon();
    }
  }

  async #send(transaction: Transaction, request: readonly EncodedRecord[]): Promise<number> {
    const { stateTopic, partition } = this.#options;
    const answers = await transaction.send({
      topic: stateTopic,
      acks: -1,
      messages: ofOnePartition(request, partition),
    });
    // kafkajs may answer a send as done that reached another broker than the partition's: see DESIGN.md.
    const [answer, ...more] = answers;
    const base = Number(answer?.baseOffset);
    if (more.length > 0 || answer?.partition !== partition || answer.errorCode !== 0 || !Number.isSafeInteger(base)) {
      throw new Error(`the broker's answer to a write of ${stateTopic}/${partition} does not name it`);
    }
    return base;
  }
}

export function transactionalId(group: string, partition: number): string {
  return `straggler-${group}-${partition}`;
}

/**
 * kafkajs puts the messages of each partition together by copying its list for each message, which takes longer than all
 * else for a long list. It does so by `reduce`, and this list knows what comes of it.
 */
function ofOnePartition(request: readonly EncodedRecord[], partition: number): Message[] {
  const messages: Message[] = request.map(({ key, value }) => ({ key, value, partition }));
  return Object.defineProperty(messages, 'reduce', { value: () => ({ [partition]: messages }) });
}

/** One by one, so that a large flush is encoded request by request, between the sends. */
function* encoded(records: readonly StateRecord[]): Generator<EncodedRecord> {
  for (const record of records) yield encodeState(record);
}

/** Cuts records into requests. A record that is larger than a request goes alone. */
export function* requests(records: Iterable<EncodedRecord>): Generator<EncodedRecord[]> {
  let request: EncodedRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = Buffer.byteLength(record.key) + Buffer.byteLength(record.value ?? '');
    if (request.length > 0 && (request.length === requestRecordsMax || bytes + size > requestBytesMax)) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(record);
    bytes += size;
  }
  if (request.length > 0) yield request;
}
