/**
 * An agent's part of `straggler run` with many files of which few are written to: what it costs when little happens.
 *
 *     node test/bench/idle.ts [files, 10000] [active, 5] [seconds, 60]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exchangeFormat, headText } from '../../src/simulator/log-format.ts';
import { logName, periodLabel } from '../../src/simulator/log-name.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { circumstances, mib, printTable } from './figures.ts';
import { LiveLog } from './live-log.ts';
import { openHandles, residentBytes, usageOf } from './usage.ts';

const files = Number(process.argv[2] ?? 10_000);
const active = Number(process.argv[3] ?? 5);
const seconds = Number(process.argv[4] ?? 60);
const hourMs = 3_600_000;
const directory = mkdtempSync(join(tmpdir(), 'straggler-bench-'));
const logs = join(directory, 'logs');

try {
  const now = Date.now();
  for (let server = 1; server <= active; server++) {
    const name = `EX0${server}`;
    mkdirSync(join(logs, name, 'Pop3'), { recursive: true });
    for (let hour = 1; hour < files / active; hour++) {
      const atMs = now - hour * hourMs;
      writeFileSync(
        join(logs, name, 'Pop3', logName('pop3', false, periodLabel(atMs, 'hourly'), 1)),
        headText(exchangeFormat, 'pop3', atMs),
      );
    }
  }
  const live = Array.from({ length: active }, (_, index) => new LiveLog(logs, `EX0${index + 1}`, now));
  await using program = StragglerProcess.start('run', logs, '--state', join(directory, 'state'), '--read-back', 'all');
  await program.ready(300_000);
  await sleep(10_000);
  const before = usageOf(program.pid).cpuSeconds;
  for (let second = 0; second < seconds; second++) {
    for (const log of live) log.append(1, 5);
    await sleep(1000);
  }
  const cpu = usageOf(program.pid).cpuSeconds - before;
  console.log(`${files} files, ${active} active, one row a second each, ${seconds} s; ${circumstances()}\n`);
  printTable(
    ['of a core', 'resident', 'peak', 'handles'],
    [
      [
        `${((100 * cpu) / seconds).toFixed(2)} %`,
        mib(residentBytes(program.pid)),
        mib(usageOf(program.pid).peakBytes),
        String(openHandles(program.pid)),
      ],
    ],
  );
} finally {
  rmSync(directory, { recursive: true });
}
