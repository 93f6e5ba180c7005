/** What `many-clients` and `many-clients-kafka` have in common: a million clients, and what is asked about them. */
import type { ConnectionEvent } from '../../src/event/connection-event.ts';
import type { StragglerProcess } from '../processes/straggler-process.ts';
import { eventOf } from './events.ts';
import { median, mib } from './figures.ts';
import { residentBytes, usageOf } from './usage.ts';

export const servers = 20;
const rounds = 9;

function serverName(index: number): string {
  return `EX${String((index % servers) + 1).padStart(2, '0')}`;
}

/** One sighting of every client, and a second one of every other. */
export function eventsOfClient(index: number, clients: number, startMs: number): readonly ConnectionEvent[] {
  const event = eventOf(index, clients, startMs);
  const first = { ...event, server: serverName(index) };
  return index % 2 === 0 ? [first, { ...event, server: serverName(index + 1), protocol: 'imap4' }] : [first];
}

const asked = {
  '/metrics': '/metrics',
  'first page': '/',
  'page of the API': '/api/v1/clients?limit=100',
  'search for an address': '/api/v1/clients?search=10.7.77.&limit=100',
  'search for a user': '/api/v1/clients?search=device77777&limit=100',
  'search in vain': '/api/v1/clients?search=nobody&limit=100',
} as const;

/** Rows of a table: time to ready, answers, and memory. */
export async function whatItTakes(program: StragglerProcess, readyMs: number): Promise<string[][]> {
  const rows: string[][] = [
    ['ready', `${(readyMs / 1000).toFixed(1)} s`, `${usageOf(program.pid).cpuSeconds.toFixed(1)} CPU-s`],
  ];
  for (const [what, path] of Object.entries(asked)) {
    const times: number[] = [];
    const cpuBefore = usageOf(program.pid).cpuSeconds;
    for (let round = 0; round < rounds; round++) {
      const before = performance.now();
      const answer = await program.get(path);
      await answer.text();
      if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
      times.push(performance.now() - before);
    }
    const cpuMs = ((usageOf(program.pid).cpuSeconds - cpuBefore) / rounds) * 1000;
    rows.push([what, `${median(times).toFixed(0)} ms`, `${cpuMs.toFixed(0)} ms of CPU`]);
  }
  rows.push(['resident', mib(residentBytes(program.pid)), `at most ${mib(usageOf(program.pid).peakBytes)}`]);
  return rows;
}
