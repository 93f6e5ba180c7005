/**
 * What one event costs in process, step by step, on one thread: no disk, no broker.
 *
 *     node test/bench/core.ts [events, 2000000] [clients, 50000]
 */
import { Collector } from '../../src/collector/collector.ts';
import { KnownClientsBook } from '../../src/collector/known-clients.ts';
import type { CollectorSettings } from '../../src/collector/settings.ts';
import { decodeEvent, encodeEvent } from '../../src/event/ndjson.ts';
import { PlainLineReader } from '../../src/event/plain-line.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { Overlay } from '../../src/sighting/overlay.ts';
import { RollingSets } from '../../src/window/rolling-sets.ts';
import { clientOf, eventOf } from './events.ts';
import { circumstances, printTable } from './figures.ts';

const events = Number(process.argv[2] ?? 2_000_000);
const clients = Number(process.argv[3] ?? 50_000);
const startMs = Date.UTC(2026, 9, 1);

function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

const rows: string[][] = [];

/** The better of two rounds: the first one also pays for compiling. */
function measure(what: string, count: number, work: () => void): void {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2; round++) {
    const before = cpuSeconds();
    work();
    best = Math.min(best, cpuSeconds() - before);
  }
  rows.push([what, `${((best / count) * 1e6).toFixed(3)} us`, `${(count / best / 1e6).toFixed(2)} M/s`]);
}

const some = Array.from({ length: Math.min(events, 4 * clients) }, (_, index) => eventOf(index, clients, startMs));
const lines = some.map(encodeEvent);
measure('encode an event', some.length, () => some.forEach(encodeEvent));
measure('JSON.parse alone', lines.length, () => lines.forEach((line) => JSON.parse(line) as unknown));
measure('decode any event', lines.length, () => lines.forEach(decodeEvent));
const lineBytes = lines.map((line) => Buffer.from(line));
const plainLines = new PlainLineReader();
measure('decode a plain event', lines.length, () => lineBytes.forEach((line) => plainLines.read(line, 0, line.length)));

const minuteMs = 60_000;
const windows = [5, 60, 1440, 7 * 1440, 30 * 1440].map((minutes) => ({ text: `${minutes}m`, ms: minutes * minuteMs }));
const settings: CollectorSettings = {
  servers: new Map(),
  balancers: [],
  windows,
  headline: windows[2] ?? { text: '', ms: 0 },
  bucketMs: 10_000,
  topClientsMax: 0,
};

/** What a collector shows, with windows and statuses; the clock stands. */
function newCollector(): Collector {
  const clock: Clock = { ...systemClock, now: () => startMs };
  const known = new KnownClientsBook(settings, clock, false);
  return new Collector({ settings, clock, known, brokered: false, onFirstSeen: () => {} });
}

const all = Array.from({ length: events }, (_, index) => some[index % some.length] ?? eventOf(index, clients, startMs));
const flushKeys = 20_000;
let collector = newCollector();
const overlay = new Overlay((protocol, server, address) => collector.get(protocol, server, address));

measure('merge, never shown', events, () => {
  for (const event of all) overlay.apply(event, { readingBack: false });
  overlay.clear();
});
measure(`merge, shown each 1,000,000 events`, events, () => {
  collector = newCollector();
  for (const [index, event] of all.entries()) {
    overlay.apply(event, { readingBack: false });
    if (index % 1_000_000 === 999_999) collector.commit(overlay.take());
  }
  collector.commit(overlay.take());
});
measure(`merge, shown each ${flushKeys} clients`, events, () => {
  collector = newCollector();
  for (const event of all) {
    overlay.apply(event, { readingBack: false });
    if (overlay.size >= flushKeys) collector.commit(overlay.take());
  }
  collector.commit(overlay.take());
});
const shown = [...collector.sightings()].length;

const windowsMs = windows.map(({ ms }) => ms);
measure('window (one set, all windows)', events, () => {
  const sets = new RollingSets({ windowsMs, bucketMs: 10_000, classes: 5, nowMs: startMs });
  const set = sets.addSet();
  for (let index = 0; index < events; index++) {
    if (index % 1000 === 0) sets.advance(startMs + index * 10);
    sets.touch(sets.enter(set, clientOf(index, clients), 0), startMs + index * 10);
  }
});

console.log(`${events} events, ${clients} clients (${shown} sightings); ${circumstances()}\n`);
printTable(['step', 'CPU an event', 'events'], rows);
