/**
 * `straggler run` reading back old logs into its SQLite state, while somebody looks at the page all the time.
 *
 *     node test/bench/catch-up.ts [rows, 3000000] [clients, 50000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeBulk } from '../../src/simulator/bulk.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { circumstances, median, mib, percentile, perSecond, printTable } from './figures.ts';
import { usageOf } from './usage.ts';

const rows = Number(process.argv[2] ?? 3_000_000);
const clients = Number(process.argv[3] ?? 50_000);
const lookEveryMs = 200;
const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const logs = join(directory, 'logs');

try {
  const servers = ['EX01', 'EX02', 'EX03', 'EX04'];
  const bulk = { directory: logs, seed: 1, rows, clients, servers, protocols: ['pop3'] } as const;
  writeBulk({ ...bulk, startMs: Date.now() - 25 * 3_600_000, durationMs: 24 * 3_600_000 });
  const startedAt = performance.now();
  await using program = StragglerProcess.start('run', logs, '--state', join(directory, 'state'), '--read-back', 'all');
  await program.url();
  const pages: number[] = [];
  for (let isReady = false; !isReady;) {
    const askedAt = performance.now();
    const page = await program.get('/');
    await page.text();
    pages.push(performance.now() - askedAt);
    isReady = (await program.get('/readyz')).ok;
    if (!isReady) await sleep(lookEveryMs);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { cpuSeconds, peakBytes } = usageOf(program.pid);
  const summary = (await (await program.get('/api/v1/summary')).json()) as {
    totals: { clients: number; rows: number };
  };
  if (summary.totals.rows !== rows) throw new Error(`${summary.totals.rows} rows were counted, ${rows} were written`);
  console.log(`${rows} rows, ${summary.totals.clients} clients; ${circumstances()}\n`);
  printTable(
    ['rows', 'CPU a row', 'peak memory', 'page: median', '99 %', 'longest', 'looks'],
    [
      [
        perSecond(rows, seconds),
        `${((cpuSeconds / rows) * 1e6).toFixed(2)} us`,
        mib(peakBytes),
        `${median(pages).toFixed(0)} ms`,
        `${percentile(pages, 0.99).toFixed(0)} ms`,
        `${Math.max(...pages).toFixed(0)} ms`,
        String(pages.length),
      ],
    ],
  );
} finally {
  rmSync(directory, { recursive: true });
}
