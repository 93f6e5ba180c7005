/**
 * Publishes an agent's reports, newest per server: the collectors' evidence that logs are read, and the ledger they
 * hold their marks against. A report is worth only as much as it is new, so nothing queues up: while Kafka does not
 * answer the newest one waits, and replaces the one before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentReport } from '../../event/agent-report.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { AgentReports } from '../counting.ts';
import { compression, keyPartitioner } from './client.ts';
import type { Kafka } from './client.ts';
import { OutageLog } from './outage.ts';
import { ProducerConnection } from './producer-connection.ts';
import { within } from '../../runtime/within.ts';

export interface HeartbeatParts {
  readonly kafka: Kafka;
  /** `straggler.agents`. */
  readonly topic: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

const retryMs = 2000;
const closeWaitMs = 1000;

/** Key of an agent's reports on one server, in a compacted topic: the newest one is kept. */
function reportKey(report: AgentReport): string {
  return `${report.agent}/${report.server}`;
}

export class Heartbeat implements AgentReports, AsyncDisposable {
  readonly #parts: HeartbeatParts;
  readonly #connection: ProducerConnection;
  readonly #outage: OutageLog;
  readonly #stop = new AbortController();
  #newest = new Map<string, AgentReport>();
  #sending = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#outage = new OutageLog(parts.topic, 'reports', parts.logger, parts.clock);
    this.#connection = new ProducerConnection(() =>
      parts.kafka.producer({
        allowAutoTopicCreation: false,
        retry: { retries: 0 },
        createPartitioner: keyPartitioner,
      }),
    );
  }

  /** Sent at once, or when what is being sent has arrived. */
  accept(report: AgentReport): void {
    if (this.#stop.signal.aborted) return;
    this.#newest.set(reportKey(report), report);
    if (this.#sending) return;
    this.#sending = true;
    void this.#send();
  }

  async #send(): Promise<void> {
    while (this.#newest.size > 0 && !this.#stop.signal.aborted) {
      const reports = this.#newest;
      this.#newest = new Map();
      try {
        await this.#sendAll(reports);
        this.#outage.worked('reports');
      } catch (error) {
        if (this.#stop.signal.aborted) break;
        this.#outage.failed('reports', error);
        this.#newest = new Map([...reports, ...this.#newest]);
        await sleep(retryMs, undefined, { signal: this.#stop.signal }).catch(() => {});
      }
    }
    this.#sending = false;
  }

  async #sendAll(reports: ReadonlyMap<string, AgentReport>): Promise<void> {
    const { topic } = this.#parts;
    const messages = [...reports].map(([key, report]) => ({ key, value: JSON.stringify(report) }));
    await this.#connection.send({ topic, compression, messages }, null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await within(closeWaitMs, this.#connection[Symbol.asyncDispose]());
  }
}
