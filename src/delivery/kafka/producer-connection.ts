import type { Producer, ProducerRecord, RecordMetadata } from './client.ts';

type SendRequest = Omit<ProducerRecord, 'acks' | 'timeout'>;

/** The request came back without the word that it is where it should be: whether it is, is not known. */
class Unconfirmed extends Error {}

/**
 * A producer that connects when it is first used, and again after a failure. An answer that does not name what was sent
 * is a failure too: kafkajs can take one broker for another for good (two refreshes of its metadata at once, while one
 * broker goes), and then it sends that broker requests with nothing in them. Such a producer is replaced by a new one.
 *
 * Closing waits for the requests under way: kafkajs would connect anew to retry one of them, and leave that connection
 * open.
 */
export class ProducerConnection implements AsyncDisposable {
  readonly #create: () => Producer;
  #producer: Producer;
  readonly #underWay = new Set<Promise<void>>();
  readonly #replaced = new Set<Promise<void>>();
  #opening: Promise<void> | null = null;
  #closed = false;

  constructor(create: () => Producer) {
    this.#create = create;
    this.#producer = create();
  }

  /**
   * Resolves once all replicas in sync have it. Of several partitions some may have it when it rejects. `partition`: all
   * messages are of this one; null: the partitioner chooses, and any may be named in the answer.
   */
  async send(request: SendRequest, partition: number | null): Promise<void> {
    if (this.#closed) throw new Error('the producer is closed');
    const producer = this.#producer;
    const result = this.#open().then(() => producer.send({ ...request, acks: -1 }));
    const settled = result.then(
      () => {},
      () => {},
    );
    this.#underWay.add(settled);
    try {
      refuseOtherAnswers(await result, request.topic, partition);
    } catch (error) {
      if (error instanceof Unconfirmed && producer === this.#producer && !this.#closed) this.#replace();
      throw error;
    } finally {
      this.#underWay.delete(settled);
    }
  }

  async #open(): Promise<void> {
    this.#opening ??= this.#producer.connect();
    const opening = this.#opening;
    try {
      await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = null;
      throw error;
    }
  }

  /** What is under way on the old one may end as it likes. */
  #replace(): void {
    const old = this.#producer;
    const gone = Promise.all(this.#underWay)
      .then(() => old.disconnect())
      .catch(() => {})
      .finally(() => this.#replaced.delete(gone));
    this.#replaced.add(gone);
    this.#producer = this.#create();
    this.#opening = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#underWay, ...this.#replaced]);
    await this.#producer.disconnect();
  }
}

function refuseOtherAnswers(answers: readonly RecordMetadata[], topic: string, partition: number | null): void {
  const isOurs = (answer: RecordMetadata): boolean =>
    answer.topicName === topic && answer.errorCode === 0 && (partition === null || answer.partition === partition);
  const isWhole = partition === null ? answers.length > 0 : answers.length === 1;
  if (isWhole && answers.every(isOurs)) return;
  const what = partition === null ? topic : `partition ${partition}`;
  throw new Unconfirmed(`the broker's answer does not confirm ${what}: ${JSON.stringify(answers)}`);
}
