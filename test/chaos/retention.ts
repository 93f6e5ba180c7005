/**
 * Retention overtakes collectors that stand still: records go that nobody has counted. What is gone is known to the
 * event, by the test's own reading of the log; the collectors must show everything else, name each lane and
 * partition with a hole, and believe no zero.
 */
import assert from 'node:assert/strict';
import { type Answered, assertClients } from '../processes/against-truth.ts';
import type { Restartable } from '../processes/restartable.ts';
import type { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';
import type { Deeds } from './deeds.ts';
import { type LostRange, type Witness, answeredOf, rowsIn } from './witness.ts';

const toldDeadlineMs = 60_000;

interface ToldLoss {
  readonly kind: string;
  readonly partition: number;
  readonly lane: string | null;
  readonly detail: string;
}

/** Kills the collectors, lets the agents go on, and deletes everything up to here. */
export async function overtake(collectors: readonly Restartable[], witness: Witness, deeds: Deeds): Promise<void> {
  for (const { current } of collectors) await current.signal('SIGKILL');
  deeds.note('kill both collectors');
  await deeds.pass(3000);
  await witness.read();
  await witness.deleteRead();
  deeds.note(`retention deletes all up to ${[...witness.ends.values()].join(' ')}`);
  await deeds.pass(500);
  for (const collector of collectors) await collector.killAndStart();
}

/** Resolves when the log holds so many rows, counted once, deleted ones included. */
export async function allWritten(witness: Witness, rows: number, deadlineMs: number): Promise<void> {
  let written = 0;
  await until(
    () => `${rows} rows are in the log; there are ${written}`,
    async () => {
      await witness.read();
      written = rowsIn(witness.events());
      assert.ok(written <= rows, `${written} rows are in the log, and only ${rows} were written`);
      return written === rows;
    },
    deadlineMs,
  );
}

/** Answers how many rows are lost. `deletedTo`: the first record that was left, by partition. */
export async function assertAllButLost(
  collectors: readonly StragglerProcess[],
  witness: Witness,
  deletedTo: ReadonlyMap<number, number>,
  deadlineMs: number,
): Promise<number> {
  await Promise.all(collectors.map((collector) => collector.ready(deadlineMs)));
  const lost = await lostRanges(collectors, deletedTo, deadlineMs);
  const all = witness.events();
  const counted = witness.events(lost);
  const expected: readonly Answered[] = answeredOf(counted);
  for (const collector of collectors) await assertClients(collector, expected, deadlineMs);
  const rowsLost = rowsIn(all) - rowsIn(counted);
  if (rowsLost === 0) return 0;
  await holesTold(collectors, witness.holes(lost));
  for (const collector of collectors) {
    const summary = (await (await collector.get('/api/v1/summary')).json()) as {
      readonly verdict: string;
      readonly evidence: { readonly complete: boolean };
    };
    assert.deepEqual([summary.verdict, summary.evidence.complete], ['blind', false]);
  }
  return rowsLost;
}

/** From where to where nothing was counted, in the collectors' own words; they must be about what was deleted. */
async function lostRanges(
  collectors: readonly StragglerProcess[],
  deletedTo: ReadonlyMap<number, number>,
  deadlineMs: number,
): Promise<ReadonlyMap<number, LostRange>> {
  const lost = new Map<number, LostRange>();
  await until(
    'every partition has been taken over and is read',
    async () => {
      for (const { kind, partition, detail } of collectors.flatMap(lossesTold)) {
        const [, to, from] = /the log begins at (\d+), counting had come to (\d+)$/.exec(detail) ?? [];
        if (kind !== 'position lost' || to === undefined || from === undefined) continue;
        if (Number(to) !== deletedTo.get(partition)) continue;
        lost.set(partition, { from: Number(from), to: Number(to) });
      }
      return (await Promise.all(collectors.map(isCaughtUp))).every(Boolean);
    },
    deadlineMs,
  );
  return lost;
}

async function isCaughtUp(collector: StragglerProcess): Promise<boolean> {
  const text = await (await collector.get('/metrics')).text();
  const lags = [...text.matchAll(/^straggler_kafka_consumer_lag_messages\{.*\} (\d+)$/gm)].map(([, lag]) =>
    Number(lag),
  );
  // None are told before the first look at the ends of the log.
  return lags.length > 0 && lags.every((lag) => lag === 0);
}

function lossesTold(collector: StragglerProcess): ToldLoss[] {
  return collector.log.flatMap((line) => {
    if (!/"kind":"(?:position lost|event gap)"/.test(line)) return [];
    return [JSON.parse(line) as ToldLoss];
  });
}

/** Every lane that has lost events in a partition is named; an agent's next report may be what shows it. */
async function holesTold(collectors: readonly StragglerProcess[], holes: ReadonlySet<string>): Promise<void> {
  let missing: string[] = [];
  await until(
    () => `each hole is told; these are not: ${missing.join(', ')}`,
    () => {
      const told = new Set(
        collectors
          .flatMap(lossesTold)
          .filter(({ kind }) => kind === 'event gap')
          .map(({ partition, lane }) => `${partition} ${lane}`),
      );
      missing = [...holes].filter((hole) => !told.has(hole));
      return missing.length === 0;
    },
    toldDeadlineMs,
  );
}
