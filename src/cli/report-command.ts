/** `straggler report`: results on standard output or in a file, all else on standard error. */
import { access, constants, open } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Protocol } from '../event/protocol.ts';
import { serverKey } from '../event/server-key.ts';
import { parseAddressRange } from '../inventory/address-range.ts';
import { emptyInventory } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import type { ConfiguredAddress } from '../inventory/own-addresses.ts';
import { RangeMap } from '../inventory/range-map.ts';
import { type Status, statuses } from '../inventory/status.ts';
import { reportCsv } from '../report/csv.ts';
import { reportHtml } from '../report/html/page.ts';
import { reportJson } from '../report/json.ts';
import { parseMoment } from '../report/moment.ts';
import { reportNotes } from '../report/notes.ts';
import { type ReportOptions, shares } from '../report/options.ts';
import { type Report, runReport } from '../report/report.ts';
import { reportTable } from '../report/table.ts';
import { systemClock } from '../runtime/clock.ts';
import { UserError } from '../runtime/errors.ts';
import { keepHeapSmall } from '../runtime/heap.ts';
import { runUntilStopped } from '../runtime/lifecycle.ts';
import { didYouMean } from '../runtime/nearest.ts';
import { visibleText } from '../runtime/visible-text.ts';
import { reportProgress } from './report-progress.ts';
import type { ServerAssignment } from './server-flag.ts';
import { settingsFrom } from './settings-from.ts';

type Options = Readonly<Record<string, unknown>>;

const formats = { table: reportTable, csv: reportCsv, json: reportJson, html: reportHtml } as const;

/** A report is seldom alone on its machine, and merging what more threads read soon takes longer than they save. */
const threadsDefaultMax = 4;

const exitStatus = { done: 0, findings: 2, incomplete: 3 } as const;

function onlyOf(texts: readonly string[]): Status[] {
  return texts.map((text) => {
    const status = statuses.find((known) => known === text);
    if (status !== undefined) return status;
    throw new UserError(`--only: "${text}" is no status${didYouMean(text, statuses)}`, {
      remedy: `Statuses are ${statuses.join(', ')}.`,
    });
  });
}

function momentOf(flag: string, text: unknown): number | null {
  if (typeof text !== 'string') return null;
  try {
    return parseMoment(text, systemClock.now());
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${flag}: ${error.message}`) : error;
  }
}

/** Addresses named by hand are ours, without saying of which server. */
function ownAddressesOf(texts: unknown): ConfiguredAddress[] {
  return ((texts as readonly string[] | undefined) ?? []).map((text) => {
    try {
      return { server: null, range: parseAddressRange(text) };
    } catch (error) {
      throw error instanceof UserError ? new UserError(`--own-address: ${error.message}`) : error;
    }
  });
}

/** What the configuration file says of our own machines and of privacy holds for a report, too. */
async function readOptions(
  paths: readonly string[],
  options: Options,
): Promise<Omit<ReportOptions, 'signal' | 'progress'>> {
  const { settings } = settingsFrom({ config: options['config'], inventory: options['inventory'] });
  const configured = Object.entries(settings.servers).flatMap(([name, { addresses }]) =>
    addresses.map((address) => ({ server: serverKey(name), range: parseAddressRange(address) })),
  );
  return {
    paths,
    directory: process.cwd(),
    standardInput: process.stdin,
    hostName: hostname(),
    clock: systemClock,
    protocols: (options['protocol'] as readonly Protocol[] | undefined) ?? [],
    servers: (options['server'] as readonly ServerAssignment[] | undefined) ?? [],
    prefixes: [],
    since: momentOf('--since', options['since']),
    until: momentOf('--until', options['until']),
    inventory: settings.inventory === undefined ? emptyInventory : await loadInventory(settings.inventory),
    ownAddresses: [...configured, ...ownAddressesOf(options['ownAddress'])],
    probes: new RangeMap(
      [...settings.balancers, ...settings.canary.from].map((address) => [parseAddressRange(address), true] as const),
    ),
    only: onlyOf((options['only'] as readonly string[] | undefined) ?? []),
    users: settings.privacy.users,
    threads: (options['threads'] as number | undefined) ?? Math.min(availableParallelism(), threadsDefaultMax),
    ...shares,
  };
}

async function write(pieces: Iterable<string>, stream: Writable): Promise<void> {
  for (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain');
}

async function deliver(report: Report, options: Options): Promise<void> {
  const format = formats[options['format'] as keyof typeof formats];
  const output = options['output'];
  if (typeof output !== 'string') {
    await write(format(report), process.stdout);
    return;
  }
  await using file = await open(output, 'w').catch((error: unknown) => {
    throw unwritable(output, error);
  });
  // The next piece is made while one is written.
  let written: Promise<unknown> = Promise.resolve();
  for (const piece of format(report)) {
    await written;
    written = file.write(piece);
  }
  await written;
}

/** Before hours of reading, rather than behind them. */
async function checkOutput(output: unknown): Promise<void> {
  if (typeof output !== 'string') return;
  try {
    await using file = await open(output, 'r+');
    await file.stat();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unwritable(output, error);
    await access(dirname(resolve(output)), constants.W_OK).catch((cause: unknown) => {
      throw unwritable(output, cause);
    });
  }
}

function unwritable(output: string, error: unknown): UserError {
  return new UserError(`--output: ${output} cannot be written (${(error as NodeJS.ErrnoException).code})`);
}

/** Table and page say these themselves; beside other formats they go to standard error. */
function note(report: Report, options: Options): void {
  if (options['format'] === 'table' || options['format'] === 'html') return;
  for (const line of reportNotes(report)) process.stderr.write(`straggler: ${visibleText(line)}\n`);
}

export async function reportCommand(paths: readonly string[], options: Options): Promise<number> {
  const read = await readOptions(paths, options);
  await checkOutput(options['output']);
  keepHeapSmall();
  return await runUntilStopped(async (signal) => {
    const progress = reportProgress(options['progress'] !== false);
    let report: Report;
    try {
      report = await runReport({ ...read, signal, progress });
    } finally {
      progress.stop();
    }
    await deliver(report, options);
    note(report, options);
    if (options['failOnUnknown'] === true && report.clients.clientsByStatus.unknown > 0) return exitStatus.findings;
    return report.unreadable.length > 0 ? exitStatus.incomplete : exitStatus.done;
  });
}
