/** Real folders, real files and an agent that follows them, for the tests of this folder. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../../../src/agent/agent.ts';
import type { AgentOptions } from '../../../src/agent/options.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { AgentReport, LaneReport } from '../../../src/event/agent-report.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { MemoryDelivery, MemoryState } from '../../memory-delivery.ts';

export const header =
  'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context\r\n' +
  '#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: POP3 Log\r\n#Date: 2026-11-20T10:00:00.000Z\r\n' +
  '#Fields: dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context\r\n';

/** One row that opens a connection; its session is what it is known by. */
export function row(session: string, extra = ''): string {
  return `2026-11-20T10:00:01.204Z,${session},0,10.0.0.1:995,10.1.2.3:51234,,39,0,53,OpenSession,${extra},\r\n`;
}

export function rows(first: number, count: number, prefix = 's'): string {
  let text = '';
  for (let index = first; index < first + count; index++) text += row(`${prefix}${index}`);
  return text;
}

export class Following implements AsyncDisposable {
  readonly top: string;
  readonly folder: string;
  readonly memory = new MemoryState();
  readonly reports: AgentReport[] = [];
  delivery = new MemoryDelivery(this.memory);
  agent: Agent | null = null;

  private constructor(top: string) {
    this.top = top;
    this.folder = join(top, 'EX01', 'Logging', 'Pop3');
  }

  static async create(): Promise<Following> {
    const following = new Following(await realpath(await mkdtemp(join(tmpdir(), 'straggler-agent-'))));
    await mkdir(following.folder, { recursive: true });
    return following;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(this.path(name), text);
  }

  async append(name: string, text: string): Promise<void> {
    await appendFile(this.path(name), text);
  }

  /** Starts an agent on the state as it is. Scans come when a test asks for them, unless it says otherwise. */
  async start(
    options: Partial<AgentOptions> = {},
    prepare: (delivery: MemoryDelivery) => void = () => {},
  ): Promise<Agent> {
    this.delivery = new MemoryDelivery(this.memory);
    prepare(this.delivery);
    this.agent = new Agent({
      name: 'agent',
      version: '0',
      hostName: 'HERE',
      logs: [{ path: this.top, watch: false, scanEveryMs: 3_600_000 }],
      readBackMs: null,
      delivery: this.delivery,
      reports: { accept: (report) => this.reports.push(report) },
      reportEveryMs: 20,
      logger: silentLogger,
      ...options,
      times: { goneAfterMs: 0, backoffFirstMs: 1, backoffMaxMs: 10, wakeDelayMs: 0, ...options.times },
    });
    await this.agent.start();
    return this.agent;
  }

  async scan(): Promise<void> {
    assert.ok(this.agent !== null);
    await within(this.agent.scanNow(), 'a scan was not read to its end');
  }

  async stop(): Promise<void> {
    await this.agent?.stop();
    this.agent = null;
  }

  /** As `kill -9`: nothing more becomes durable, and nobody says goodbye. */
  async kill(): Promise<void> {
    this.delivery.kill();
    const { agent } = this;
    this.agent = null;
    await agent?.stop(0);
  }

  /** Sessions whose rows were counted once, in order of arrival; fails when one was counted twice. */
  get sessions(): string[] {
    const counts = this.memory.rowsBySession;
    for (const [session, count] of counts) assert.equal(count, 1, `${session} was counted ${count} times`);
    return [...counts.keys()];
  }

  /** What the agent says of its one lane, now. */
  async lane(): Promise<LaneReport> {
    const before = this.reports.length;
    await until(() => this.reports.length > before, 'no report came');
    const lanes = this.reports.at(-1)?.lanes ?? [];
    assert.equal(lanes.length, 1);
    assert.ok(lanes[0] !== undefined);
    return lanes[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.top, { recursive: true, force: true });
  }
}

/** A clock that a test moves. */
export class HandClock implements Clock {
  #offsetMs = 0;
  #jumpMs = 0;

  now(): number {
    return Date.now() + this.#offsetMs + this.#jumpMs;
  }

  monotonic(): number {
    return performance.now() + this.#offsetMs;
  }

  /** Time passes. */
  pass(ms: number): void {
    this.#offsetMs += ms;
  }

  /** The wall clock is set. */
  jump(ms: number): void {
    this.#jumpMs += ms;
  }
}

export const minuteMs = 60_000;

export function sessions(first: number, count: number, prefix = 's'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${first + index}`);
}

/** Fails with a sentence instead of hanging. */
export async function within<T>(promise: Promise<T>, failure: string, ms = 10_000): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(ms, undefined, { signal: late.signal }).then(() => assert.fail(`${failure} within ${ms} ms`)),
    ]);
  } finally {
    late.abort();
  }
}

/** Looks again until it is so. */
export async function until(condition: () => boolean, failure: string, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) assert.fail(`${failure} within ${ms} ms`);
    await sleep(5);
  }
}
