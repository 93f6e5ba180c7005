import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/runtime/errors.ts';
import { prepareSimulation, runSimulation } from '../../../src/simulator/simulation.ts';
import { storyFleets, storyStragglers } from '../../../src/simulator/story.ts';
import { storyInventoryCsv } from '../../../src/simulator/story-inventory.ts';
import type { Truth } from '../../../src/simulator/truth.ts';
import { scratchFolder } from './scratch.ts';

const nowMs = Date.UTC(2026, 10, 20, 10, 30);
const stopped = { now: () => nowMs, monotonic: () => 0 };
const minuteMs = 60_000;
const infrastructure = new Set(['10.20.0.5', '10.20.0.12', '127.0.0.1', '::1']);

function seenSince(truth: Truth, server: string, sinceMs: number): string[] {
  const clients = truth.clients.filter((client) => client.server === server && Date.parse(client.lastSeen) >= sinceMs);
  const addresses = new Set(clients.map((client) => client.address));
  return [...addresses].filter((address) => !infrastructure.has(address)).toSorted();
}

test('the past is there from the first second: sixty devices on the old server, none on the new one, two quiet jobs', (context) => {
  const { world } = prepareSimulation({ directory: scratchFolder(context), seed: 1, speed: 1, clock: stopped });
  const truth = world.truth();
  world.close();
  assert.equal(
    storyFleets.reduce((sum, fleet) => sum + fleet.count, 0),
    60,
  );
  assert.equal(seenSince(truth, 'EX01', nowMs - 5 * minuteMs).length, 64);
  assert.equal(seenSince(truth, 'EX01', 0).length, 66);
  assert.deepEqual(seenSince(truth, 'EX02', 0), []);
  assert.ok(truth.clients.every((client) => Date.parse(client.lastSeen) <= nowMs));
});

test('after the move the copier, the stubborn and the stranger remain', (context) => {
  const { world } = prepareSimulation({ directory: scratchFolder(context), seed: 2, speed: 1, clock: stopped });
  world.advanceTo(nowMs + 60_000);
  assert.ok(!seenSince(world.truth(), 'EX01', 0).includes('10.20.99.77'));
  world.advanceTo(nowMs + 12 * minuteMs);
  const truth = world.truth();
  world.close();
  const stubborn = storyStragglers
    .filter(({ onceMs }) => onceMs === undefined)
    .map(({ device }) => device.address.canonical);
  assert.deepEqual(seenSince(truth, 'EX01', nowMs + 7 * minuteMs), [...stubborn, '10.20.99.77'].toSorted());
  assert.equal(seenSince(truth, 'EX02', nowMs + 7 * minuteMs).length, 60);
});

test('at speed 20 the move is over after 20 seconds', (context) => {
  const { world } = prepareSimulation({ directory: scratchFolder(context), seed: 3, speed: 20, clock: stopped });
  world.advanceTo(nowMs + 60_000);
  const truth = world.truth();
  world.close();
  assert.equal(seenSince(truth, 'EX01', nowMs + 30_000).length, 5);
});

test('a run writes until it is stopped and leaves its truth', async (context) => {
  const directory = scratchFolder(context);
  await runSimulation({
    directory,
    seed: 1,
    speed: 1,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    signal: AbortSignal.timeout(300),
  });
  const truth = JSON.parse(readFileSync(join(directory, 'truth.json'), 'utf8')) as Truth;
  assert.equal(truth.sources.length, 4);
});

test('a second simulation in the same folder goes on where the first one ended', (context) => {
  const directory = scratchFolder(context);
  const first = prepareSimulation({ directory, seed: 1, speed: 1, clock: stopped });
  first.world.close();
  const second = prepareSimulation({ directory, seed: 1, speed: 1, clock: stopped });
  assert.deepEqual(second.world.truth(), first.world.truth());
  second.world.advanceTo(nowMs + 2 * minuteMs);
  second.world.close();
  const rows = (truth: Truth): number => truth.sources.reduce((sum, source) => sum + source.rows, 0);
  assert.ok(rows(second.world.truth()) > rows(first.world.truth()) + 500);
  // No old row is written twice.
  const audit = second.world.truth().clients.find((client) => client.address === '10.20.80.41');
  assert.equal(audit?.connections, 1);
});

test('a folder that holds somebody else’s files is left alone', (context) => {
  const directory = scratchFolder(context);
  mkdirSync(join(directory, 'Pop3'));
  assert.throws(
    () => prepareSimulation({ directory, seed: 1, speed: 1, clock: stopped }),
    (error) =>
      error instanceof UserError && /holds files that no simulation wrote/.test(error.message) && error.remedy !== null,
  );
  writeFileSync(join(directory, 'truth.json'), '{"schema":"other"}');
  assert.throws(() => prepareSimulation({ directory, seed: 1, speed: 1, clock: stopped }), /of another version/);
  writeFileSync(join(directory, 'truth.json'), 'x');
  assert.throws(() => prepareSimulation({ directory, seed: 1, speed: 1, clock: stopped }), /cannot be read/);
});

test('the inventory names every known device and not the stranger', () => {
  const lines = storyInventoryCsv(nowMs).split('\n');
  assert.equal(lines[0], 'cidr,label,owner,contact,expires,state,note');
  assert.ok(lines.includes('10.20.40.0/24,Meeting rooms,Workplace,workplace@contoso.test,,known,'));
  const copier =
    '10.20.32.7,"Copier, ground floor",Facilities,facilities@contoso.test,2027-01-19,acknowledged,' +
    'TLS too old: it opens and gives up. Replaced in January';
  assert.ok(lines.includes(copier));
  assert.ok(!lines.join().includes('10.20.99.77'));
  assert.equal(lines.length, 1 + 40 + 2 + storyStragglers.length + 1);
});
