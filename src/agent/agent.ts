/**
 * Follows logs and hands their rows to a delivery. `DESIGN.md` beside this file says how, and what it promises.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { LaneRecord } from '../delivery/records.ts';
import type { Protocol } from '../event/protocol.ts';
import { parseLogFileName } from '../exchange-log/file-name.ts';
import { ReaderCaches } from '../exchange-log/reader-caches.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { UserError } from '../runtime/errors.ts';
import { Budget } from './budget.ts';
import { Buffers } from './buffers.ts';
import { Cycle, type CycleContext } from './cycle.ts';
import type { FoundFile } from './find.ts';
import { Handles } from './handles.ts';
import { Lane } from './lane.ts';
import { errorText } from './open-errors.ts';
import { type AgentOptions, defaultLimits, defaultTimes } from './options.ts';
import { Registry } from './registry.ts';
import { agentReports } from './report.ts';
import { placeKey } from './same-place.ts';
import { pause } from './wake.ts';

const stopMsMax = 5000;
/** The first report comes early: whoever waits for an agent need not wait for a whole interval. */
const firstReportMs = 1000;
/** By then the files of a PATH that is written otherwise than before were met again, and went over to its lane. */
const leftBehindAfterMs = 60_000;
/** What a PATH leads to is waited for this long at the start; a share may be away. */
const resolveMsMax = 2000;

export interface PathStatus {
  readonly path: string;
  /** Wall clock of the last scan that listed everything; null before the first. */
  readonly lastScanAt: number | null;
  readonly error: string | null;
  /** Logs of back ends and of protocols that are not wanted. */
  readonly ignoredFiles: number;
}

/** Since the start. read = durable + in flight + refused; what was refused is read again. */
export interface BytesStatus {
  readonly read: number;
  readonly durable: number;
  readonly inFlight: number;
  readonly refused: number;
}

export interface AgentStatus {
  readonly paths: readonly PathStatus[];
  readonly openFiles: number;
  readonly bytes: BytesStatus;
  /** Limits that something waits for just now. */
  readonly limitsHit: readonly ('open files' | 'bytes in flight')[];
}

export class Agent implements AsyncDisposable {
  readonly #options: AgentOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #context: CycleContext;
  readonly #cycles: readonly Cycle[];
  readonly #lanes = new Map<string, Lane>();
  readonly #running: Promise<void>[] = [];
  readonly #firstScan = Promise.withResolvers<void>();
  #startedAt = 0;
  #startedMonotonic = 0;
  #isStarted = false;

  /** Throws a UserError where the options contradict themselves. */
  constructor(options: AgentOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const limits = { ...defaultLimits, ...options.limits };
    this.#context = {
      delivery: options.delivery,
      deadLetters: options.deadLetters ?? { keep: () => Promise.resolve(0) },
      keepUnreadable: options.keepUnreadable ?? true,
      handles: new Handles(limits.handlesMax),
      bytesInFlight: new Budget(limits.inFlightBytesMax),
      buffers: new Buffers(Math.ceil(limits.inFlightBytesMax / limits.sliceBytesMax)),
      registry: new Registry(),
      caches: new ReaderCaches(options.keepUser),
      limits,
      times: { ...defaultTimes, ...options.times },
      clock: this.#clock,
      logger: options.logger,
      randomId: randomUUID,
      signal: this.#stopping.signal,
      hostName: options.hostName,
      lane: (root, server, protocol) => this.#lane(root, server, protocol),
      lanesAt: (root) => this.#lanesAt(root),
      roots: () => this.#cycles.map(({ top }) => top).join('\n'),
      isTaken: (file, by) => this.#isTaken(file, by),
    };
    for (const { path, prefix, protocols } of options.logs) {
      if (prefix !== undefined && protocols?.length !== 1) {
        throw new UserError(`the prefix ${prefix} of ${path} does not say of which protocol its files are`, {
          remedy: 'Name exactly one protocol with it.',
        });
      }
    }
    this.#cycles = options.logs.map((followed) => new Cycle(followed, this.#context));
    this.#restore();
  }

  /** Resolves when what the first scan has found was read to its end and is durable. A PATH that is away is not waited for. */
  get firstScanDelivered(): Promise<void> {
    return this.#firstScan.promise;
  }

  async start(): Promise<void> {
    if (this.#isStarted) throw new Error('an agent starts once');
    this.#isStarted = true;
    this.#startedAt = this.#clock.now();
    this.#startedMonotonic = this.#clock.monotonic();
    const { signal } = this.#stopping;
    await Promise.race([Promise.all(this.#cycles.map((cycle) => cycle.resolveRoot())), pause(resolveMsMax, signal)]);
    void this.scanNow().then(() => this.#firstScan.resolve());
    for (const cycle of this.#cycles) this.#running.push(cycle.run());
    this.#running.push(this.#report());
  }

  /** Scans now, older files too; resolves when everything that is found was read to its end and is durable. */
  async scanNow(): Promise<void> {
    await Promise.all(this.#cycles.map((cycle) => cycle.scanNow()));
  }

  status(): AgentStatus {
    const { handles, bytesInFlight } = this.#context;
    return {
      paths: this.#cycles.map((cycle) => ({
        path: cycle.followed.path,
        lastScanAt: cycle.lastScanAt,
        error: cycle.scanError,
        ignoredFiles: cycle.ignoredFiles,
      })),
      openFiles: handles.open,
      bytes: this.#bytes(),
      limitsHit: [
        ...(handles.isExhausted ? (['open files'] as const) : []),
        ...(bytesInFlight.isExhausted ? (['bytes in flight'] as const) : []),
      ],
    };
  }

  #bytes(): BytesStatus {
    const bytes = { read: 0, durable: 0, inFlight: 0, refused: 0 };
    for (const { figures, reader } of this.#lanes.values()) {
      bytes.read += figures.bytesRead;
      bytes.durable += figures.bytesDurable;
      bytes.refused += figures.bytesRefused;
      bytes.inFlight += reader.handOver.inFlightBytes;
    }
    return bytes;
  }

  /**
   * Ends the turns that are running and waits for what is in flight, up to `waitMs`: what is not durable by then is read again by the
   * next start. The delivery stays open: it is its opener's.
   */
  async stop(waitMs = stopMsMax): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort(new Error('the agent stops'));
    const lanes = [...this.#lanes.values()];
    const ended = Promise.allSettled(this.#running).then(async () => {
      // Nothing opens files any more; those that are open are closed whether or not their last slices come back.
      await Promise.all(lanes.map((lane) => lane.files.held.closeAll()));
      await Promise.all(lanes.map((lane) => lane.reader.handOver.whenIdle()));
    });
    const waited = new AbortController();
    await Promise.race([ended, pause(waitMs, waited.signal)]);
    waited.abort();
    if (this.#isStarted) this.#send();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #restore(): void {
    const { delivery } = this.#context;
    const byId = new Map<string, Lane>();
    for (const record of delivery.state.lanes) {
      const lane = new Lane(this.#context, record, false);
      byId.set(record.id, lane);
      this.#lanes.set(this.#laneKey(record), lane);
    }
    for (const record of delivery.state.files) {
      const lane = byId.get(record.lane);
      const name = parseLogFileName(basename(record.path), { prefixes: this.#prefixes });
      if (lane !== undefined && name !== null) lane.restore(record, name);
    }
  }

  get #prefixes() {
    return this.#options.logs.flatMap(({ prefix, protocols }) => {
      const protocol = protocols?.[0];
      return prefix === undefined || protocol === undefined ? [] : [{ prefix, protocol }];
    });
  }

  #laneKey({ root, server, protocol }: Pick<LaneRecord, 'root' | 'server' | 'protocol'>): string {
    return `${placeKey(root, this.#options.hostName)}\n${server}\n${protocol}`;
  }

  #lanesAt(root: string): Lane[] {
    const place = placeKey(root, this.#options.hostName);
    return [...this.#lanes.values()].filter(({ record }) => placeKey(record.root, this.#options.hostName) === place);
  }

  #lane(root: string, server: string, protocol: Protocol): Lane {
    const key = this.#laneKey({ root, server, protocol });
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new Lane(this.#context, this.#newRecord(root, server, protocol), true);
      this.#lanes.set(key, lane);
    }
    if (!lane.isActive) this.#running.push(lane.run());
    return lane;
  }

  #newRecord(root: string, server: string, protocol: Protocol): LaneRecord {
    const { readBackMs } = this.#options;
    const now = this.#clock.now();
    return {
      id: this.#context.randomId(),
      server,
      protocol,
      root,
      horizon: readBackMs === null ? null : now - (readBackMs === 'none' ? 0 : readBackMs),
      createdAt: now,
      readBackDone: false,
      bytesLost: 0,
      lostAt: null,
    };
  }

  #isTaken(file: FoundFile, by: Cycle): boolean {
    for (const cycle of this.#cycles) {
      if (cycle === by) return false;
      if (cycle.covers(file)) return true;
    }
    return false;
  }

  async #report(): Promise<void> {
    const { signal } = this.#stopping;
    let pauseMs = Math.min(firstReportMs, this.#options.reportEveryMs);
    while (!signal.aborted) {
      await pause(pauseMs, signal);
      if (!signal.aborted) this.#send();
      pauseMs = this.#options.reportEveryMs;
    }
  }

  #send(): void {
    const { delivery, reports, name, version, reportEveryMs, logger } = this.#options;
    const options = {
      agent: delivery.state.agent,
      name,
      version,
      startedAt: this.#startedAt,
      intervalMs: reportEveryMs,
    };
    try {
      const hasLooked = this.#clock.monotonic() - this.#startedMonotonic > leftBehindAfterMs;
      const lanes = hasLooked ? this.#lanes.values() : [];
      for (const report of agentReports(this.#cycles, lanes, delivery, this.#clock.now(), options))
        reports.accept(report);
    } catch (error) {
      logger.error({ error: errorText(error) }, "the agent's report was not taken");
    }
  }
}
