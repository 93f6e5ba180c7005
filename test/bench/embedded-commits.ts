/**
 * What embedded delivery costs over a large state, and how long it keeps the page's thread:
 *
 *     node test/bench/embedded-commits.ts [known clients, 1000000] [updates, 50000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ConnectionEvent } from '../../src/event/connection-event.ts';
import { createEmbeddedDelivery } from '../../src/delivery/embedded/create-embedded-delivery.ts';
import { embeddedMigrations, SightingTables } from '../../src/delivery/embedded/sighting-tables.ts';
import { openState } from '../../src/delivery/store/open-state.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { CountedClients } from '../contract/counted-clients.ts';
import { expectedOf } from '../contract/expected.ts';
import { LogLane, seeded } from '../contract/log-lane.ts';
import type { HandedSlice } from '../contract/log-lane.ts';

const clients = Number(process.argv[2] ?? 1_000_000);
const updates = Number(process.argv[3] ?? 50_000);
const sliceEvents = 5000;
const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const lane = new LogLane('ex01');
const random = seeded(1);
const pattern = lane.slice(0, { events: 1 }).events[0] as ConnectionEvent;

function event(client: number): ConnectionEvent {
  return { ...pattern, address: `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}` };
}

/** The longest that the event loop stood still, in ms, and what `work` took. */
async function measured<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  const result = await work();
  const tookMs = performance.now() - startedAt;
  delay.disable();
  const [longest, usual] = [delay.max / 1e6, delay.percentile(99) / 1e6];
  console.log(
    `${what}: ${tookMs.toFixed(0)} ms; page's thread busy at most ${longest.toFixed(0)} ms, 99 % under ${usual.toFixed(0)} ms`,
  );
  return result;
}

async function fill(): Promise<void> {
  const options = { kind: 'embedded', programVersion: '0.0.0', migrations: embeddedMigrations } as const;
  const state = await openState(directory, options);
  const tables = new SightingTables(state);
  for (let from = 0; from < clients; from += 50_000) {
    const events = Array.from({ length: Math.min(50_000, clients - from) }, (_, index) => event(from + index));
    const sightings = [...expectedOf([{ ...lane.slice(0), events }])];
    tables.commit({ sightings, lanes: [lane.record], files: [lane.file(0)], forgottenFiles: [] });
  }
  state.database.close();
}

try {
  await fill();
  const committed = new CountedClients();
  const delivery = await measured(`loading ${clients} clients`, () =>
    createEmbeddedDelivery({
      directory,
      programVersion: '0.0.0',
      committed,
      observer: committed,
      logger: silentLogger,
      clock: systemClock,
      random,
    }),
  );
  for (const readingBack of [true, false]) {
    const from = readingBack ? 0 : updates / sliceEvents;
    const slices = Array.from({ length: updates / sliceEvents }, (_, index): HandedSlice => {
      const events = Array.from({ length: sliceEvents }, () => event(Math.floor(random() * clients)));
      return { slice: lane.slice(from + index, { readingBack }).slice, events };
    });
    await measured(`${updates} random updates, ${readingBack ? 'reading back' : 'live'}`, () =>
      Promise.all(slices.map(({ slice, events }) => delivery.deliver(slice, events))),
    );
  }
  await measured('closing', () => delivery[Symbol.asyncDispose]());
} finally {
  rmSync(directory, { recursive: true });
}
