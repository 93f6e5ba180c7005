import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Collector } from '../../../src/collector/collector.ts';
import { EvidenceWatch } from '../../../src/collector/evidence-watch.ts';
import { GapFile } from '../../../src/collector/gap-file.ts';
import { GapMemory } from '../../../src/collector/gap-memory.ts';
import { KnownClientsBook } from '../../../src/collector/known-clients.ts';
import type { EvidenceGap } from '../../../src/collector/views.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { until } from '../../processes/until.ts';
import { agentReport, collectorSettings, laneReport, noon, sightingOf, TestClock, whole } from './fixtures.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

function gap(server: string, text = 'no rows'): EvidenceGap {
  return { server, protocol: 'pop3', reason: 'no rows', text };
}

function past(memory: GapMemory, now: number): string[] {
  return memory.past(now).map(({ gap: { server }, from, to }) => `${server} ${from - noon} ${(to ?? 0) - noon}`);
}

test('a gap is remembered for a day from when it was closed, the latest first, with its last words', () => {
  const memory = new GapMemory();
  assert.equal(memory.look([gap('EX01'), gap('EX02')], noon), true);
  assert.equal(memory.look([gap('EX01', 'still none'), gap('EX02')], noon + minuteMs), false);
  assert.equal(memory.look([gap('EX02')], noon + 2 * minuteMs), true);
  assert.equal(memory.look([], noon + 3 * minuteMs), true);
  assert.deepEqual(past(memory, noon + 3 * minuteMs), ['EX02 0 180000', 'EX01 0 120000']);
  assert.equal(memory.past(noon + 3 * minuteMs)[1]?.gap.text, 'still none');
  assert.deepEqual(past(memory, noon + 2 * minuteMs + dayMs), ['EX02 0 180000', 'EX01 0 120000']);
  assert.deepEqual(past(memory, noon + 2 * minuteMs + dayMs + 1), ['EX02 0 180000']);
  memory.look([], noon + 2 * dayMs);
  assert.deepEqual(memory.all(), []);
});

test('what lasted less than ten seconds is not remembered', () => {
  const memory = new GapMemory();
  memory.look([gap('EX01')], noon);
  memory.look([], noon + 9999);
  memory.look([gap('EX01')], noon + minuteMs);
  memory.look([], noon + minuteMs + 10_000);
  assert.deepEqual(past(memory, noon + 2 * minuteMs), ['EX01 60000 70000']);
});

test('a flood of gaps is bounded, and how many were forgotten is counted', () => {
  const memory = new GapMemory();
  memory.look(
    Array.from({ length: 700 }, (_, index) => gap(`EX${index}`)),
    noon,
  );
  assert.equal(memory.forgotten, 200);
  memory.look([], noon + minuteMs);
  memory.look([gap('LAST')], noon + minuteMs);
  memory.look([], noon + 2 * minuteMs);
  assert.equal(memory.all().length, 500);
  assert.equal(memory.past(noon + 2 * minuteMs)[0]?.gap.server, 'LAST');
  assert.equal(memory.forgotten, 201);
});

async function folderFor(t: { after: (end: () => Promise<void>) => void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'straggler-gaps-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

class Run implements AsyncDisposable {
  readonly collector: Collector;
  readonly clock: TestClock;
  #watch: EvidenceWatch | null = null;

  constructor(clock: TestClock) {
    this.clock = clock;
    const settings = collectorSettings();
    const known = new KnownClientsBook(settings, clock, false);
    this.collector = new Collector({ settings, clock, known, brokered: false, onFirstSeen: () => {} });
    this.collector.countBy(() => whole);
  }

  static async start(folder: string, clock: TestClock): Promise<Run> {
    const run = new Run(clock);
    const file = new GapFile(folder, silentLogger);
    run.collector.recall(await file.load());
    run.#watch = new EvidenceWatch({ watched: run.collector, save: (gaps) => file.save(gaps), everyMs: 5 });
    return run;
  }

  /** The agent reports, and a probe was logged just now, or long ago. */
  heard(probeAgeMs: number, at = this.clock.ms): void {
    const sighting = sightingOf('127.0.0.1', { lastSeen: at - probeAgeMs });
    this.collector.commit([{ sighting, firstSeenLive: false }]);
    this.collector.agentBook.accept(agentReport([laneReport({ lastScanAt: at })], { at }));
  }

  get reasons(): string[] {
    return this.collector.rememberedGaps().map(({ gap: { reason } }) => reason);
  }

  get open(): number {
    return this.collector.rememberedGaps().filter(({ to }) => to === null).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
  }
}

test('gaps that were closed, and one that stands, are remembered over a restart', async (t) => {
  const folder = await folderFor(t);
  const clock = new TestClock();
  {
    await using run = await Run.start(folder, clock);
    run.heard(20 * minuteMs);
    await until('it is noticed', () => run.open === 1 && run.reasons.includes('no rows'));
    clock.ms += 10 * minuteMs;
    run.heard(0);
    await until('it is closed', () => run.open === 0);
    assert.equal(run.collector.summary().evidence.past[0]?.reason, 'no rows');
    clock.ms += 30 * minuteMs;
    await until('the agent is silent', () => run.open === 1);
  }
  clock.ms += minuteMs;
  await using run = await Run.start(folder, clock);
  run.heard(0, noon + 10 * minuteMs);
  assert.equal(run.open, 1);
  clock.ms += minuteMs;
  run.heard(0);
  await until('it speaks again', () => run.open === 0);
  const { evidence } = run.collector.summary();
  assert.equal(evidence.complete, true);
  assert.deepEqual(
    evidence.past.map(({ reason, from }) => [reason, from]),
    [
      ['agent silent', new Date(noon + 40 * minuteMs).toISOString()],
      ['no rows', new Date(noon).toISOString()],
    ],
  );
  assert.deepEqual(await readdir(folder), ['evidence-gaps.json']);
});

test('a memory that cannot be read is empty, and one that cannot be kept stops nobody', async (t) => {
  const folder = await folderFor(t);
  for (const text of ['', '{"schema":2,"gaps":[]}', '{"schema":1,"gaps":[{"from":1}]}']) {
    await writeFile(join(folder, 'evidence-gaps.json'), text);
    assert.deepEqual(await new GapFile(folder, silentLogger).load(), []);
  }
  await new GapFile(join(folder, 'absent'), silentLogger).save([]);
});

test('a watch that ends before it has looked keeps nothing, and one that has looked keeps what it saw', async () => {
  let looks = 0;
  const watched = { lookAtEvidence: () => (looks++, false), rememberedGaps: () => [] };
  let saves = 0;
  const save = async (): Promise<void> => void saves++;
  await new EvidenceWatch({ watched, save, everyMs: 60_000 })[Symbol.asyncDispose]();
  assert.deepEqual([looks, saves], [0, 0]);
  const watch = new EvidenceWatch({ watched, save, everyMs: 1 });
  await until('it has looked', () => looks > 0);
  await watch[Symbol.asyncDispose]();
  assert.ok(saves > 0);
});
