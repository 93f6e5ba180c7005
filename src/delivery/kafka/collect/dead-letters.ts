/**
 * Where records go that can never be counted, before the position moves past them: the topic of dead letters, with
 * the reason and the place they came from. A letter may come twice after a crash. When the letter cannot be written
 * counting goes on all the same, since the loss is counted and the record itself stays in its topic until retention.
 */
import { compression } from '../client.ts';
import type { IHeaders, Kafka } from '../client.ts';
import { ProducerConnection } from '../producer-connection.ts';
import type { TopicNames } from '../topics.ts';
import type { Logger } from '../../../telemetry/logger.ts';

export interface DeadLetter {
  /** Offset of the record in its topic. */
  readonly offset: number;
  readonly reason: string;
  readonly headers: IHeaders | undefined;
  /** The record's value, or those of its lines that cannot be read. */
  readonly value: Buffer | null;
}

/** Of one flush; of more the rest is only counted. */
export const lettersMax = 100;

export class DeadLetters implements AsyncDisposable {
  readonly #topics: Pick<TopicNames, 'connections' | 'deadLetters'>;
  readonly #logger: Logger;
  readonly #connection: ProducerConnection;

  constructor(kafka: Kafka, topics: Pick<TopicNames, 'connections' | 'deadLetters'>, logger: Logger) {
    this.#connection = new ProducerConnection(() =>
      kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 2 } }),
    );
    this.#topics = topics;
    this.#logger = logger;
  }

  /** Never rejects. */
  async write(partition: number, letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const { connections, deadLetters } = this.#topics;
    try {
      for (const { offset, reason, headers, value } of letters) {
        const origin = { reason, topic: connections, partition: String(partition), offset: String(offset) };
        const message = { partition: 0, value, headers: { ...headers, ...prefixed(origin) } };
        await this.#connection.send({ topic: deadLetters, compression, messages: [message] }, 0);
      }
    } catch (error) {
      const reason = (error as Error).message;
      this.#logger.warn({ partition, letters: letters.length, reason }, `cannot write to ${deadLetters}, going on`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }
}

function prefixed(origin: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(origin).map(([name, text]) => [`deadLetter.${name}`, text]));
}
