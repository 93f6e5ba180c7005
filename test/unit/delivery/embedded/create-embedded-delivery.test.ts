import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { createEmbeddedDelivery } from '../../../../src/delivery/embedded/create-embedded-delivery.ts';
import type { EmbeddedOptions } from '../../../../src/delivery/embedded/create-embedded-delivery.ts';
import { embeddedMigrations, SightingTables } from '../../../../src/delivery/embedded/sighting-tables.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { CountedClients } from '../../../contract/counted-clients.ts';
import { expectedOf } from '../../../contract/expected.ts';
import { LogLane } from '../../../contract/log-lane.ts';
import { StateFolder } from '../store/state-folder.ts';

const lane = new LogLane('ex01');

function optionsFor(folder: StateFolder, clients: CountedClients): EmbeddedOptions {
  return {
    directory: folder.path,
    programVersion: '0.0.0',
    committed: clients,
    observer: clients,
    logger: silentLogger,
    clock: systemClock,
    random: () => 0,
    waitMs: 0,
  };
}

/** Writes a state with so many clients, as another process would have. */
async function fill(folder: StateFolder, clients: number, change: (value: string) => string = (value) => value) {
  const { events } = lane.slice(0, { events: clients });
  const slice = {
    ...lane.slice(0),
    events: events.map((event, index) => ({
      ...event,
      address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    })),
  };
  const expected = expectedOf([slice]);
  const state = await folder.open({ migrations: embeddedMigrations });
  const sightings = [...expected].map(([key, value]) => [key, change(value)] as const);
  new SightingTables(state).commit({ sightings, lanes: [], files: [], forgottenFiles: [] });
  state.database.close();
  return expected;
}

for (const clients of [1999, 2000, 2001, 9000]) {
  test(`a state of ${clients} clients is read whole, page by page, before it is ready`, async () => {
    using folder = new StateFolder();
    const expected = await fill(folder, clients);
    const committed = new CountedClients();
    await using delivery = await createEmbeddedDelivery(optionsFor(folder, committed));
    assert.deepEqual(committed.counted(), expected);
    assert.equal(committed.commits, Math.floor(clients / 2000) + 1);
    assert.deepEqual(committed.firstSeenLive, [], 'what was known is not first seen');
    assert.equal(delivery.status().stateComplete, true);
  });
}

test('a client that was stored by a rule that this program does not know stops the start', async () => {
  using folder = new StateFolder();
  await fill(folder, 3, (value) => value.replace('"v":1', '"v":99'));
  await assert.rejects(createEmbeddedDelivery(optionsFor(folder, new CountedClients())), {
    name: 'UserError',
    message:
      `The state in ${folder.path} is damaged: a stored client cannot be read, ` +
      'it has version 99, this program knows up to 2.',
  });
});

test('a refused start says why, and holds nothing', async () => {
  using folder = new StateFolder();
  await folder.make({ migrations: embeddedMigrations });
  writeFileSync(folder.database, 'no database');
  await assert.rejects(createEmbeddedDelivery(optionsFor(folder, new CountedClients())), {
    name: 'UserError',
    message: `The state in ${folder.path} is damaged: file is not a database.`,
  });
});

test('waiting for a state that another process holds ends when it is told to', async () => {
  using folder = new StateFolder();
  await folder.open({ migrations: embeddedMigrations });
  const options = { ...optionsFor(folder, new CountedClients()), waitMs: 60_000, signal: AbortSignal.timeout(200) };
  await assert.rejects(createEmbeddedDelivery(options), { name: 'TimeoutError' });
  await assert.rejects(createEmbeddedDelivery({ ...options, signal: AbortSignal.abort() }), { name: 'AbortError' });
});
