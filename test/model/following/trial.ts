/**
 * Tells one story with the real agent, real files and a real state, beside the model of it. In the end
 * - every row that was read by a scan that was waited for, or that still stands, was counted once; one whose bytes
 *   went before that, once or not at all; the rows of what stood in one file that were counted are its first ones;
 * - every field of every sighting is what these rows come to;
 * - every byte that was written is durable or counted as lost, but for bytes that nobody can have seen.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../../../src/agent/agent.ts';
import type { LaneReport } from '../../../src/event/agent-report.ts';
import { sightingKey } from '../../../src/sighting/sighting.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { HandClock, within } from '../../integration/agent/following.ts';
import type { Action, Story } from './actions.ts';
import { EmbeddedLine } from './embedded-line.ts';
import { DurableBook, Faults, FaultyDelivery } from './faults.ts';
import type { Line, OpenLine } from './line.ts';
import { fieldsCounted, fieldsOf, timesCounted } from './log-rows.ts';
import { LogWorld } from './log-world.ts';
import { OutboxLine } from './outbox-line.ts';

const servers = ['EX01', 'EX02'];
const hourMs = 3_600_000;
const reportEveryMs = 5;
/** In memory, where there is such a place: thousands of runs sync their databases there. */
const temporary = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

interface Running {
  readonly agent: Agent;
  readonly line: OpenLine;
  readonly faults: Faults;
}

interface Reported {
  readonly lane: LaneReport;
  /** Bytes of the lane that were durable when it was said. */
  readonly durable: number;
}

class Trial {
  readonly #story: Story;
  readonly #line: Line;
  readonly #clock = new HandClock();
  readonly #world: LogWorld;
  readonly #book = new DurableBook();
  #reported = new Map<string, Reported>();
  #running: Running | null = null;

  constructor(folder: string, told: Story) {
    this.#story = told;
    const state = join(folder, 'state');
    this.#line = told.line === 'embedded' ? new EmbeddedLine(state) : new OutboxLine(state);
    this.#world = new LogWorld(folder, servers, () => Math.floor(this.#clock.now()), told.sameHeads);
  }

  async run(): Promise<void> {
    try {
      await this.#start();
      for (const action of this.#story.actions) {
        if (this.#running?.faults.isDead === true) await this.#end('kill');
        await this.#act(action);
      }
      await this.#finish();
    } finally {
      await this.#end('kill');
    }
  }

  async #act(action: Action): Promise<void> {
    const world = this.#world;
    if ('server' in action) return this.#write(action, servers[action.server] ?? '');
    switch (action.kind) {
      case 'scan':
        return this.#scan();
      case 'scan and die':
        await this.#start();
        if (this.#running !== null) this.#running.faults.dieAt = action;
        return this.#scan();
      case 'look':
        return this.#look();
      case 'start':
        return this.#start();
      case 'stop':
      case 'kill':
        return this.#end(action.kind);
      case 'share away':
        world.goAway();
        for (let scans = 0; scans < action.scans; scans++) await this.#scan();
        return;
      case 'share back':
        return world.comeBack(action.isCopied);
      case 'time passes':
        this.#clock.pass(action.ms);
        if (action.ms >= hourMs) world.hourWent();
        return;
      case 'clock is set':
        this.#clock.jump(action.ms);
        return;
      default:
        return this.#break(action);
    }
  }

  #write(action: Extract<Action, { server: number }>, server: string): void {
    const world = this.#world;
    if (action.kind === 'create') return world.create(server, action.header, action.order);
    const file = world.file(server, action.age);
    if (file === undefined) return;
    if (action.kind === 'append') return world.append(server, file, action.writing);
    if (action.kind === 'switch columns') return world.switchColumns(server, file);
    if (action.kind === 'rename') return world.rename(server, file);
    if (action.kind === 'rename away') return world.renameAway(server, file);
    if (action.kind === 'rotate') return world.rotate(server, file);
    if (action.kind === 'truncate') return world.truncate(server, file);
    if (action.kind === 'replace') return world.replace(server, file);
    return world.delete(server, file);
  }

  #break(action: Extract<Action, { kind: 'refuse' | 'fail' | 'hold' | 'release' }>): void {
    const faults = this.#running?.faults;
    if (faults === undefined) return;
    if (action.kind === 'refuse') {
      faults.refuseSlices = action.slices;
      faults.refuseRecords = action.records;
    }
    if (action.kind === 'fail') faults.failWrites = 1;
    if (action.kind === 'hold') faults.hold();
    if (action.kind === 'release') faults.release();
  }

  async #start(): Promise<void> {
    if (this.#running !== null) return;
    const { scanEveryMs, sliceBytesMax, inFlightBytesMax, handlesMax } = this.#story;
    const faults = new Faults();
    const line = await this.#line.open(faults, this.#clock);
    const delivery = new FaultyDelivery(line.delivery, faults, this.#book);
    this.#book.note(delivery.state.files);
    const agent = new Agent({
      name: 'agent',
      version: '0',
      hostName: 'HERE',
      logs: [{ path: this.#world.top, watch: false, scanEveryMs }],
      readBackMs: null,
      delivery,
      reports: {
        accept: ({ lanes }) => {
          for (const lane of lanes) {
            this.#reported.set(lane.server, { lane, durable: this.#book.bytes(new Set([lane.lane])) });
          }
        },
      },
      reportEveryMs,
      logger: silentLogger,
      clock: this.#clock,
      limits: { sliceBytesMax, inFlightBytesMax, handlesMax },
      times: { goneAfterMs: 0, backoffFirstMs: 1, backoffMaxMs: 10, wakeDelayMs: 0 },
    });
    this.#running = { agent, line, faults };
    await agent.start();
  }

  async #end(how: 'stop' | 'kill'): Promise<void> {
    if (this.#running === null) return;
    const { agent, line, faults } = this.#running;
    this.#running = null;
    if (how === 'kill') faults.die();
    else faults.release();
    await agent.stop(how === 'kill' ? 0 : undefined);
    await line[Symbol.asyncDispose]();
    this.#world.agentWent();
  }

  /** Everything that is there is read to its end, by as many agents as it takes. */
  async #scan(): Promise<void> {
    for (;;) {
      await this.#start();
      const { agent, line, faults } = this.#running ?? assert.fail();
      faults.release();
      const read = agent.scanNow().then(() => line.settled());
      await within(Promise.race([read, faults.died]), 'a scan was not read to its end');
      if (!faults.isDead) break;
      await this.#end('kill');
    }
    if (!this.#world.isAway) this.#world.wasRead();
  }

  /**
   * Has the agent look at everything without waiting until it has read it. When backlog, durable and lost bytes of a
   * lane come to what was written, it has seen everything; and it must come to that if nothing was out of its sight.
   */
  async #look(): Promise<void> {
    if (this.#running === null || this.#world.isAway) return;
    const { agent, faults } = this.#running;
    void agent.scanNow();
    for (const server of servers) {
      const mustSee =
        !this.#story.sameHeads &&
        !this.#world.contents.some(({ isGone, ...content }) => isGone && content.server === server);
      const end = performance.now() + (mustSee ? 5000 : 60);
      while (!this.#seesAll(server)) {
        if (faults.isDead) return;
        if (performance.now() > end) {
          assert.ok(!mustSee, `${server}: ${this.#sums(server)}`);
          break;
        }
        await sleep(2);
      }
      if (this.#seesAll(server)) this.#world.wasSeen(server);
    }
  }

  #seesAll(server: string): boolean {
    const said = this.#reported.get(server);
    if (said === undefined) return this.#world.writtenBytes(server) === 0;
    const { lane, durable } = said;
    return lane.backlogBytes + durable + lane.bytesLost === this.#world.writtenBytes(server);
  }

  #sums(server: string): string {
    const said = this.#reported.get(server);
    return (
      `${this.#world.writtenBytes(server)} bytes were written; ${said?.durable} of them are durable, ` +
      `${said?.lane.backlogBytes} are said to wait and ${said?.lane.bytesLost} to be lost`
    );
  }

  async #finish(): Promise<void> {
    this.#world.comeBack(false);
    if (this.#running !== null) Object.assign(this.#running.faults, { refuseSlices: 0, refuseRecords: 0, dieAt: null });
    // Two scans prove that a file is gone; what they have found is stored with the next one.
    for (let scans = 0; scans < 4; scans++) await this.#scan();
    await this.#end('stop');
    await this.#checkBytes();
    this.#checkRows();
  }

  async #checkBytes(): Promise<void> {
    const line = await this.#line.open(new Faults(), this.#clock);
    await using _ = line;
    const { state } = line.delivery;
    this.#book.note(state.files);
    for (const server of servers) {
      const lanes = state.lanes.filter((lane) => lane.server === server);
      assert.ok(lanes.length <= 1, `${server} has ${lanes.length} lanes`);
      const durable = this.#book.bytes(new Set(lanes.map(({ id }) => id)));
      const lost = lanes.reduce((sum, { bytesLost }) => sum + bytesLost, 0);
      const written = this.#world.writtenBytes(server);
      const unseen = this.#world.unseenBytes(server);
      const torn = this.#world.tornBytes(server);
      const says =
        `${server}: of ${written} bytes ${durable} are durable and ${lost} counted as lost; ` +
        `${unseen} went unseen, ${torn} are of rows that are not whole`;
      assert.ok(durable + lost <= written, says);
      if (this.#story.sameHeads) continue;
      assert.ok(durable + lost >= written - unseen - torn, says);
    }
  }

  #checkRows(): void {
    const counted = new Map(this.#line.counted());
    const isCounted = new Map<object, boolean>();
    const standing = new Set(
      this.#world.contents.flatMap(({ isGone, rows }) => (isGone ? [] : rows.map(({ row }) => row))),
    );
    const written = new Set(this.#world.contents.flatMap(({ rows }) => rows.map(({ row }) => row)));
    for (const { server, address, rows } of this.#world.clients) {
      const key = sightingKey('pop3', server, address);
      const sighting = counted.get(key);
      counted.delete(key);
      const times = timesCounted(sighting?.bytesReceived ?? 0);
      for (const row of rows) {
        const name = `row ${row.place} of ${address}`;
        const count = times[row.place] ?? 0;
        isCounted.set(row, count > 0);
        assert.ok(count <= 1, `${name} was counted ${count} times`);
        const isOpen = row.isDamaged || (written.has(row) && !row.isCertain && !standing.has(row));
        if (isOpen) continue;
        assert.equal(
          count,
          written.has(row) ? 1 : 0,
          `${name} was ${written.has(row) ? 'not counted' : 'never written'}`,
        );
      }
      const expected = rows.filter((row) => isCounted.get(row) === true);
      if (sighting === undefined) assert.equal(expected.length, 0);
      else assert.deepEqual(fieldsCounted(sighting), fieldsOf(expected), address);
    }
    assert.deepEqual([...counted.keys()], [], 'clients that nobody wrote');
    for (const { rows } of this.#world.contents) {
      const known = rows.filter(({ row }) => !row.isDamaged).map(({ row }) => isCounted.get(row) === true);
      assert.ok(
        known.lastIndexOf(true) < (known.includes(false) ? known.indexOf(false) : known.length),
        'a hole in a file',
      );
    }
  }
}

export async function tell(told: Story): Promise<void> {
  const folder = await realpath(await mkdtemp(join(temporary, 'straggler-model-')));
  try {
    await new Trial(folder, told).run();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
