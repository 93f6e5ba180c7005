/**
 * `straggler report` beside DuckDB: the same logs, the same columns and aggregates, full JSON, two threads each.
 *
 *     node test/bench/report.ts [rows, 3000000] [clients, 50000] [rounds, 5]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBulk } from '../../src/simulator/bulk.ts';
import { circumstances, median, mib, perSecond, printTable } from './figures.ts';
import { type Run, runNode } from './usage.ts';

const rows = Number(process.argv[2] ?? 3_000_000);
const clients = Number(process.argv[3] ?? 50_000);
const rounds = Number(process.argv[4] ?? 5);
const threads = 2;

const start = fileURLToPath(new URL('../../src/start.js', import.meta.url));
const duckdb = fileURLToPath(new URL('report-duckdb.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const logs = join(directory, 'logs');
const output = join(directory, 'report.json');

const contestants: Readonly<Record<string, () => Promise<Run>>> = {
  straggler: () => runNode(start, 'report', logs, '--threads', String(threads), '--format', 'json', '--output', output),
  duckdb: () => runNode(duckdb, logs, output, String(threads)),
};

try {
  const servers = ['EX01', 'EX02', 'EX03', 'EX04'];
  writeBulk({
    directory: logs,
    seed: 1,
    rows,
    clients,
    servers,
    protocols: ['pop3'],
    startMs: Date.UTC(2026, 9, 1),
    durationMs: 24 * 3_600_000,
  });
  console.log(`${rows} rows, ${clients} clients, ${servers.length} servers; ${circumstances()}\n`);
  const runs = new Map<string, Run[]>(Object.keys(contestants).map((name) => [name, []]));
  // In turn, so that whatever else the machine does meets them alike.
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) runs.get(name)?.push(await run());
  }
  console.log(`report of ${mib(statSync(output).size)}`);
  const of = (name: string, figure: keyof Run): number => median((runs.get(name) ?? []).map((run) => run[figure]));
  printTable(
    ['median', 'seconds', 'rows', 'CPU-s', 'peak memory'],
    Object.keys(contestants).map((name) => [
      name,
      of(name, 'seconds').toFixed(2),
      perSecond(rows, of(name, 'seconds')),
      of(name, 'cpuSeconds').toFixed(2),
      mib(of(name, 'peakBytes')),
    ]),
  );
  const ratio = (figure: keyof Run): string =>
    median(
      (runs.get('duckdb') ?? []).map((run, round) => run[figure] / (runs.get('straggler')?.[round]?.[figure] ?? NaN)),
    ).toFixed(2);
  console.log(`\nstraggler is ${ratio('seconds')} times as fast, and takes 1/${ratio('cpuSeconds')} of the CPU time.`);
  const help: number[] = [];
  for (let round = 0; round < 11; round++) help.push((await runNode(start, '--help')).seconds * 1000);
  console.log(`--help: median ${median(help).toFixed(0)} ms, quickest ${Math.min(...help).toFixed(0)} ms`);
} finally {
  rmSync(directory, { recursive: true });
}
