/**
 * `straggler run` over the state of a million clients (1.5 sightings and one user each, 20 servers): memory, time to
 * ready, and how long its answers take.
 *
 *     node test/bench/many-clients.ts [clients, 1000000]
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedMigrations, SightingTables } from '../../src/delivery/embedded/sighting-tables.ts';
import { openState } from '../../src/delivery/store/open-state.ts';
import { encodeSighting } from '../../src/sighting/codec.ts';
import { Overlay } from '../../src/sighting/overlay.ts';
import { sightingKey } from '../../src/sighting/sighting.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { circumstances, printTable } from './figures.ts';
import { eventsOfClient, servers, whatItTakes } from './many-clients-questions.ts';

const clients = Number(process.argv[2] ?? 1_000_000);
const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const logs = join(directory, 'logs');

async function fill(state: string): Promise<void> {
  const open = await openState(state, { kind: 'embedded', programVersion: '0.0.0', migrations: embeddedMigrations });
  const tables = new SightingTables(open);
  const startMs = Date.now() - 2 * clients;
  const overlay = new Overlay(() => undefined);
  const commit = (): void => {
    tables.commit({
      sightings: overlay
        .take()
        .map(({ sighting }) => [
          sightingKey(sighting.protocol, sighting.server, sighting.address),
          encodeSighting(sighting),
        ]),
      lanes: [],
      files: [],
      forgottenFiles: [],
    });
  };
  for (let index = 0; index < clients; index++) {
    for (const event of eventsOfClient(index, clients, startMs)) overlay.apply(event, { readingBack: true });
    if (overlay.size >= 50_000) commit();
  }
  commit();
  open.database.close();
}

try {
  mkdirSync(logs);
  await fill(join(directory, 'state'));
  const startedAt = performance.now();
  await using program = StragglerProcess.start('run', logs, '--state', join(directory, 'state'));
  await program.ready(120_000);
  const readyMs = performance.now() - startedAt;
  console.log(`${clients} clients, ${clients * 1.5} sightings, ${servers} servers; ${circumstances()}\n`);
  printTable(['what', 'median', ''], await whatItTakes(program, readyMs));
} finally {
  rmSync(directory, { recursive: true });
}
