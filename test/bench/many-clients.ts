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
import { eventOf } from './events.ts';
import { circumstances, median, mib, printTable } from './figures.ts';
import { residentBytes, usageOf } from './usage.ts';

const clients = Number(process.argv[2] ?? 1_000_000);
const servers = 20;
const rounds = 9;
const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const logs = join(directory, 'logs');

function serverName(index: number): string {
  return `EX${String((index % servers) + 1).padStart(2, '0')}`;
}

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
    const event = eventOf(index, clients, startMs);
    overlay.apply({ ...event, server: serverName(index) }, { readingBack: true });
    if (index % 2 === 0) {
      overlay.apply({ ...event, server: serverName(index + 1), protocol: 'imap4' }, { readingBack: true });
    }
    if (overlay.size >= 50_000) commit();
  }
  commit();
  open.database.close();
}

const asked = {
  '/metrics': '/metrics',
  'first page': '/',
  'page of the API': '/api/v1/clients?limit=100',
  'search for an address': '/api/v1/clients?search=10.7.77.&limit=100',
  'search for a user': '/api/v1/clients?search=device77777&limit=100',
  'search in vain': '/api/v1/clients?search=nobody&limit=100',
} as const;

try {
  mkdirSync(logs);
  await fill(join(directory, 'state'));
  const startedAt = performance.now();
  await using program = StragglerProcess.start('run', logs, '--state', join(directory, 'state'));
  await program.ready(120_000);
  const readyMs = performance.now() - startedAt;
  console.log(`${clients} clients, ${clients * 1.5} sightings, ${servers} servers; ${circumstances()}\n`);
  const rows: string[][] = [
    ['ready', `${(readyMs / 1000).toFixed(1)} s`, `${usageOf(program.pid).cpuSeconds.toFixed(1)} CPU-s`],
  ];
  for (const [what, path] of Object.entries(asked)) {
    const times: number[] = [];
    const cpus: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const [before, cpuBefore] = [performance.now(), usageOf(program.pid).cpuSeconds];
      const answer = await program.get(path);
      await answer.text();
      if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
      times.push(performance.now() - before);
      cpus.push(usageOf(program.pid).cpuSeconds - cpuBefore);
    }
    const cpuMs = (cpus.reduce((sum, one) => sum + one, 0) / rounds) * 1000;
    rows.push([what, `${median(times).toFixed(0)} ms`, `${cpuMs.toFixed(0)} ms of CPU`]);
  }
  rows.push(['resident', mib(residentBytes(program.pid)), `at most ${mib(usageOf(program.pid).peakBytes)}`]);
  printTable(['what', 'median', ''], rows);
} finally {
  rmSync(directory, { recursive: true });
}
