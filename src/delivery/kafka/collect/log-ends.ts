/** Asks the broker where the partitions of a topic begin and end. */
import type { Admin, Kafka } from '../client.ts';
import type { LogRange } from './position.ts';

export class LogEnds implements AsyncDisposable {
  readonly #kafka: Kafka;
  #admin: Promise<Admin> | null = null;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /** As they are at some moment during the call. */
  async of(topic: string): Promise<ReadonlyMap<number, LogRange>> {
    const admin = await this.#connected();
    try {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
    } catch (error) {
      // A new one next time: what state this one is in is not known.
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #connected(): Promise<Admin> {
    this.#admin ??= (async () => {
      const admin = this.#kafka.admin();
      try {
        await admin.connect();
      } catch (error) {
        this.#admin = null;
        await admin.disconnect().catch(() => {});
        throw error;
      }
      return admin;
    })();
    return this.#admin;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const admin = this.#admin;
    this.#admin = null;
    await admin?.then((open) => open.disconnect()).catch(() => {});
  }
}
