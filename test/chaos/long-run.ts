/**
 * `straggler run` at work for some time, on servers that write, rotate, tear rows and come late, many hours of theirs in
 * one of ours. Its memory and its handles must stay as they are, and in the end every counter must agree: what was
 * read, what is counted, and what was written.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roughStyle, variedWorld } from '../../src/simulator/varied-world.ts';
import { createWorld } from '../../src/simulator/world.ts';
import { median } from '../bench/figures.ts';
import { metricSum } from '../bench/scrape.ts';
import { openHandles, residentBytes } from '../bench/usage.ts';
import { assertTruth } from '../processes/against-truth.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';

const startMs = Date.UTC(2026, 10, 20, 9, 30);
/** At each of some forty looks a second: an hour of the servers in ten seconds, and so a new file of each. */
const growMs = 9000;
/** Before that the program is still filling its buffers and caches. */
const warmUpSeconds = 120;
const truthDeadlineMs = 240_000;
const memorySlackBytes = 24 * 1024 * 1024;
const handlesSlack = 8;
/** Far more than a few lanes, connections and a state take, far fewer than the files that such a run writes. */
const handlesMax = 150;

export interface LongRun {
  readonly seconds: number;
  readonly rows: number;
  /** Medians of the first and the last quarter, after the warm-up; null where it was too short to tell. */
  readonly memoryBytes: readonly [early: number, late: number] | null;
  /** The most in the first and in the last quarter. */
  readonly handles: readonly [early: number, late: number];
}

interface Sample {
  readonly second: number;
  readonly memoryBytes: number;
  readonly handles: number;
}

/** Throws where something is not as it must be. `onSample` is told about once a minute. */
export async function longRun(seed: number, seconds: number, onSample: (sample: Sample) => void): Promise<LongRun> {
  const folder = await mkdtemp(join(tmpdir(), 'straggler-long-run-'));
  try {
    const logs = join(folder, 'logs');
    using world = createWorld(variedWorld({ directory: logs, seed, startMs, style: roughStyle }));
    world.advanceBy(growMs);
    await using run = StragglerProcess.start('run', logs, '--state', join(folder, 'state'), '--read-back', 'all');
    await run.ready();
    const samples: Sample[] = [];
    const began = performance.now();
    for (let second = 1; second <= seconds; second++) {
      const sample = { second, memoryBytes: residentBytes(run.pid), handles: openHandles(run.pid) };
      samples.push(sample);
      if (second % 60 === 0) onSample(sample);
      await until('a second is over', () => {
        if (performance.now() - began > second * 1000) return true;
        world.advanceBy(growMs);
        return false;
      });
    }
    world.settle();
    await assertTruth(run, world.truth(), truthDeadlineMs);
    const rows = await assertReconciled(run);
    return { seconds, rows, memoryBytes: assertFlatMemory(samples), handles: assertFlatHandles(samples) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What was read is what is counted, nothing waits, and nothing is lost or at risk. */
async function assertReconciled(run: StragglerProcess): Promise<number> {
  let sums: Record<string, number> = {};
  // The agent's own figures come once a second.
  await until(
    () => `its counters agree; they are ${JSON.stringify(sums)}`,
    async () => {
      const { totals } = (await (await run.get('/api/v1/summary')).json()) as { totals: { rows: number } };
      const text = await (await run.get('/metrics')).text();
      const event = [...text.matchAll(/^\S*agent_rows_total\{[^}]*result="event"[^}]*\} (\S+)$/gm)];
      sums = { counted: totals.rows, read: event.reduce((sum, [, value]) => sum + Number(value), 0) };
      for (const name of ['agent_backlog_bytes', 'agent_bytes_at_risk', 'agent_bytes_lost_total']) {
        sums[name] = await metricSum(run, `straggler_${name}`);
      }
      const { counted, read, ...waiting } = sums;
      return counted === read && Object.values(waiting).every((bytes) => bytes === 0);
    },
  );
  return sums['read'] ?? 0;
}

function assertFlatMemory(samples: readonly Sample[]): LongRun['memoryBytes'] {
  const warm = samples.filter(({ second }) => second > warmUpSeconds).map(({ memoryBytes }) => memoryBytes);
  if (warm.length < warmUpSeconds) return null;
  const [early, late] = quarters(warm).map(median) as [number, number];
  assert.ok(late <= early + memorySlackBytes, `memory has grown from ${early} to ${late} bytes`);
  return [early, late];
}

function assertFlatHandles(samples: readonly Sample[]): LongRun['handles'] {
  const [early, late] = quarters(samples.map(({ handles }) => handles)).map((some) => Math.max(...some)) as [
    number,
    number,
  ];
  assert.ok(Math.max(early, late) <= handlesMax, `${early}, later ${late} handles are open`);
  // A run that is over before all is open shows no trend.
  if (samples.length < warmUpSeconds) return [early, late];
  assert.ok(late <= early + handlesSlack, `open handles have grown from ${early} to ${late}`);
  return [early, late];
}

function quarters(values: readonly number[]): [number[], number[]] {
  const quarter = Math.ceil(values.length / 4);
  return [values.slice(0, quarter), values.slice(-quarter)];
}
