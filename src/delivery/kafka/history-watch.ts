/**
 * Reads the agents' reports for a while after the start, and after whatever looks like a machine that was copied with
 * its memory, to find out whether this agent's state is the newest and the only one of its kind. Not for longer: every
 * agent would read the reports of all others for ever.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentReport } from '../../event/agent-report.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { AgentReports } from '../counting.ts';
import type { EachBatchPayload, Kafka } from './client.ts';
import { ConsumerLoop } from './collect/consumer-loop.ts';
import { LogEnds } from './collect/log-ends.ts';
import { decodeReport } from './collect/report-codec.ts';
import { type HistoryFinding, judgeReport, type OwnSide } from './own-history.ts';
import { refusalSentence } from './refusal.ts';

export interface HistoryWatchOptions {
  readonly kafka: Kafka;
  /** `straggler.agents`. */
  readonly topic: string;
  /** Reports of ours go on to it. */
  readonly reports: AgentReports;
  readonly own: Omit<OwnSide, 'isOwn' | 'startedAt'>;
  readonly onFinding: (finding: HistoryFinding, report: AgentReport) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly times?: Partial<HistoryTimes>;
}

export interface HistoryTimes {
  /** What comes later than this after our start is no last word of our predecessor. */
  readonly graceMs: number;
  /** How long new reports are looked at, from when the old ones have been read. */
  readonly watchMs: number;
}

/** Three reports after the grace: an agent speaks every 10 s. */
const timesDefault: HistoryTimes = { graceMs: 30_000, watchMs: 65_000 };

/** Who may not read does not try for ever: collectors see what they see. */
const troubleMsMax = 60_000;
const retryMs = 5000;
const lookMs = 100;
/** Times of our own reports that are remembered, more than come in a watch. */
const ownMax = 10_000;

export class HistoryWatch implements AgentReports, AsyncDisposable {
  readonly #options: HistoryWatchOptions;
  readonly #times: HistoryTimes;
  readonly #startedAt: number;
  readonly #own = new Set<number>();
  readonly #stop = new AbortController();
  #ownStartedAt = Number.POSITIVE_INFINITY;
  /** Monotonic; when the old reports had been read. */
  #caughtUpAt: number | null = null;
  #running: Promise<void> | null = null;

  constructor(options: HistoryWatchOptions) {
    this.#options = options;
    this.#times = { ...timesDefault, ...options.times };
    this.#startedAt = options.clock.monotonic();
    this.begin();
  }

  /** A report of ours, on its way. */
  accept(report: AgentReport): void {
    this.#ownStartedAt = report.startedAt;
    this.#own.add(report.at);
    if (this.#own.size > ownMax) for (const oldest of this.#own) if (this.#own.delete(oldest)) break;
    this.#options.reports.accept(report);
  }

  /** Looks from now on, or for as long again. */
  begin(): void {
    if (this.#stop.signal.aborted) return;
    if (this.#caughtUpAt !== null) this.#caughtUpAt = this.#options.clock.monotonic();
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      this.#caughtUpAt = null;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const ends = await this.#ends();
    if (ends === null) return;
    const { kafka, topic, clock, logger } = this.#options;
    const read = new Map<number, number>();
    const loop = new ConsumerLoop({
      kafka,
      groupId: `straggler-agent-${randomUUID()}`,
      topics: [topic],
      heartbeatIntervalMs: 1000,
      waitMsMax: 1000,
      partitionBytesMax: 1024 * 1024,
      logger,
      eachBatch: (payload) => this.#eachBatch(payload, ends),
      joined: () => {},
      lost: () => {},
      heartbeat: () => {},
      read: (_, partition, lastOffset) => void read.set(partition, lastOffset + 1),
    });
    loop.start();
    while (!this.#stop.signal.aborted && !this.#isOver(loop)) {
      const isCaughtUp = [...ends].every(([partition, end]) => end === 0 || (read.get(partition) ?? 0) >= end);
      if (isCaughtUp) this.#caughtUpAt ??= clock.monotonic();
      await this.#pause(lookMs);
    }
    await loop.stop();
  }

  #isOver({ trouble }: ConsumerLoop): boolean {
    const now = this.#options.clock.monotonic();
    if (trouble !== null && performance.now() - trouble.since > troubleMsMax) {
      const message = "whether this agent's state is used twice cannot be seen from here, only by the collectors";
      this.#options.logger.warn({ reason: trouble.reason }, message);
      return true;
    }
    return this.#caughtUpAt !== null && now - this.#caughtUpAt > this.#times.watchMs;
  }

  /** Where the reports end now; what lies before it was said before us. Null = we have ended first. */
  async #ends(): Promise<ReadonlyMap<number, number> | null> {
    await using logEnds = new LogEnds(this.#options.kafka);
    while (!this.#stop.signal.aborted) {
      try {
        const ranges = await logEnds.of(this.#options.topic);
        return new Map([...ranges].map(([partition, { low, high }]) => [partition, high === low ? 0 : high]));
      } catch (error) {
        this.#options.logger.debug({ reason: refusalSentence(error) }, 'reports of agents cannot be read yet');
        await this.#pause(retryMs);
      }
    }
    return null;
  }

  async #eachBatch(
    { batch, resolveOffset, heartbeat }: EachBatchPayload,
    ends: ReadonlyMap<number, number>,
  ): Promise<void> {
    for (const { offset, value } of batch.messages) {
      const isNew = Number(offset) >= (ends.get(batch.partition) ?? 0);
      if (value !== null) await this.#judge(value, isNew);
      resolveOffset(offset);
    }
    await heartbeat();
  }

  async #judge(value: Buffer, isNew: boolean): Promise<void> {
    const { own, clock, onFinding } = this.#options;
    const report = decodeReport(value);
    if (report === null || this.#stop.signal.aborted) return;
    const isAlive = isNew && clock.monotonic() - this.#startedAt > this.#times.graceMs;
    const side: OwnSide = {
      agent: own.agent,
      startedAt: this.#ownStartedAt,
      isOwn: (at) => this.#own.has(at),
      lastSlice: (lane) => own.lastSlice(lane),
    };
    const finding = judgeReport(report, side, isAlive);
    if (finding !== null) await onFinding(finding, report);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
