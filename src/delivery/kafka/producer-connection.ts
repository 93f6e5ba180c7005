import type { Producer } from './client.ts';

/**
 * A producer that connects when it is first used, and again after a failure. Closing waits for the requests under way:
 * kafkajs would connect anew to retry one of them, and leave that connection open.
 */
export class ProducerConnection implements AsyncDisposable {
  readonly #producer: Producer;
  readonly #underWay = new Set<Promise<void>>();
  #opening: Promise<void> | null = null;
  #closed = false;

  constructor(producer: Producer) {
    this.#producer = producer;
  }

  async use<Result>(request: (producer: Producer) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new Error('the producer is closed');
    const result = this.#open().then(() => request(this.#producer));
    const settled = result.then(
      () => {},
      () => {},
    );
    this.#underWay.add(settled);
    try {
      return await result;
    } finally {
      this.#underWay.delete(settled);
    }
  }

  async #open(): Promise<void> {
    this.#opening ??= this.#producer.connect();
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = null;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#underWay);
    await this.#producer.disconnect();
  }
}
