/**
 * `straggler run` at a steady rate: memory and handles must not grow.
 *
 *     node test/bench/steady.ts [how long, 10m] [rows a second, 5000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../src/runtime/duration.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { circumstances, median, mib, printTable } from './figures.ts';
import { LiveLog } from './live-log.ts';
import { openHandles, residentBytes, usageOf } from './usage.ts';

const seconds = parseDuration(process.argv[2] ?? '10m') / 1000;
const rowsPerSecond = Number(process.argv[3] ?? 5000);
const clients = 5000;
const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const logs = join(directory, 'logs');

try {
  const log = new LiveLog(logs);
  await using program = StragglerProcess.start('run', logs, '--state', join(directory, 'state'));
  await program.ready();
  const memory: number[] = [];
  const handles: number[] = [];
  const before = usageOf(program.pid).cpuSeconds;
  const startedAt = performance.now();
  for (let second = 1; second <= seconds; second++) {
    log.append(rowsPerSecond, clients);
    memory.push(residentBytes(program.pid));
    handles.push(openHandles(program.pid));
    await sleep(Math.max(0, startedAt + second * 1000 - performance.now()));
  }
  const cpu = usageOf(program.pid).cpuSeconds - before;
  console.log(`${rowsPerSecond} rows a second for ${seconds} s, ${clients} clients; ${circumstances()}\n`);
  const fifth = Math.ceil(seconds / 5);
  printTable(
    ['part of the time', 'resident (median)', 'handles (most)'],
    Array.from({ length: 5 }, (_, part) => [
      `${part + 1} of 5`,
      mib(median(memory.slice(part * fifth, (part + 1) * fifth))),
      String(Math.max(...handles.slice(part * fifth, (part + 1) * fifth))),
    ]),
  );
  console.log(`\n${((100 * cpu) / seconds).toFixed(1)} % of a core.`);
} finally {
  rmSync(directory, { recursive: true });
}
