import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeBulk } from '../../../src/simulator/bulk.ts';
import { ipv4 } from '../../../src/simulator/client-address.ts';
import { expectedClients } from '../../../src/simulator/truth.ts';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { scratchFolder } from './scratch.ts';

const startMs = Date.UTC(2026, 10, 20, 9, 50);
const minuteMs = 60_000;

function filesOf(directory: string): Record<string, string> {
  const names = globSync('**/*.LOG', { cwd: directory }).toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'latin1')]));
}

test('the same seed gives the same bytes and the same truth, in however many steps', (context) => {
  const one = scratchFolder(context);
  const other = scratchFolder(context);
  const first = createWorld(variedWorld({ directory: one, seed: 9, startMs, style: roughStyle }));
  first.advanceBy(20 * minuteMs);
  first.close();
  const second = createWorld(
    variedWorld({ directory: other, seed: 9, startMs, style: { ...roughStyle, mode: 'batch' } }),
  );
  for (let step = 0; step < 200; step += 1) second.advanceBy(6000);
  second.close();
  assert.ok(Object.keys(filesOf(one)).length > 8);
  assert.deepEqual(filesOf(one), filesOf(other));
  assert.deepEqual(first.truth(), second.truth());
});

test('another seed gives other bytes', (context) => {
  const files = [1, 2].map((seed) => {
    const directory = scratchFolder(context);
    const world = createWorld(variedWorld({ directory, seed, startMs }));
    world.advanceBy(minuteMs);
    world.close();
    return filesOf(directory);
  });
  assert.notDeepEqual(files[0], files[1]);
});

test('bulk logs are the same for the same seed', (context) => {
  const files = [1, 1, 2].map((seed) => {
    const directory = scratchFolder(context);
    writeBulk({ directory, seed, rows: 500, clients: 20, startMs, durationMs: minuteMs });
    return filesOf(directory);
  });
  assert.deepEqual(files[0], files[1]);
  assert.notDeepEqual(files[0], files[2]);
});

test('at a higher pace more happens in the same time of the rows', (context) => {
  const rows = [1, 10].map((pace) => {
    const directory = scratchFolder(context);
    const device = {
      name: 'a',
      profile: 'openOnly',
      protocol: 'pop3',
      address: ipv4('10.0.0.9'),
      server: 'EX01',
    } as const;
    using world = createWorld({ directory, seed: 1, startMs, servers: [{ name: 'EX01' }], devices: [device] });
    world.setPace(pace);
    world.advanceBy(30 * minuteMs);
    const [client] = expectedClients(world.truth());
    assert.ok(Date.parse(client?.lastSeen ?? '') <= startMs + 30 * minuteMs);
    return client?.rows ?? 0;
  });
  assert.ok((rows[1] ?? 0) > 7 * (rows[0] ?? 0), rows.join());
});

test('clients come in the order of protocol, server, family and number', (context) => {
  using world = createWorld(variedWorld({ directory: scratchFolder(context), seed: 1, startMs }));
  world.advanceBy(10 * minuteMs);
  const clients = expectedClients(world.truth());
  const sources = [...new Set(clients.map(({ protocol, server }) => `${protocol} ${server}`))];
  assert.deepEqual(sources, sources.toSorted());
  const addresses = clients
    .filter(({ protocol, server }) => protocol === 'pop3' && server === 'EX01')
    .map(({ address }) => address);
  assert.ok(addresses.indexOf('9.255.255.255') < addresses.indexOf('10.1.2.3'));
  assert.ok(addresses.indexOf('10.1.2.3') < addresses.indexOf('10.1.2.10'));
  assert.ok(addresses.indexOf('168.63.129.16') < addresses.indexOf('::1'));
});

test('the truth is written beside the logs', (context) => {
  using world = createWorld(variedWorld({ directory: scratchFolder(context), seed: 1, startMs }));
  world.advanceBy(minuteMs);
  assert.deepEqual(JSON.parse(readFileSync(world.writeTruth(), 'utf8')), world.truth());
});
