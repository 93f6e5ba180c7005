import { ReaderCaches } from '../exchange-log/reader-caches.ts';
import type { FailedLogins } from './failed-logins.ts';
import { findInput } from './find-input.ts';
import { finishedFiles } from './finished.ts';
import { type FoundInput, type UnreadableInput, standardInputPath } from './input-file.ts';
import type { ReportOptions } from './options.ts';
import { FileReader } from './read-file.ts';
import { readStandardInput } from './read-standard-input.ts';
import { type ReportInput, reportInput } from './report-input.ts';
import { SightingList } from './sighting-list.ts';
import { isSystemError, systemErrorText } from './system-error.ts';
import { Tally } from './tally.ts';

/** One pass over logs. The formats (`json.ts`, `csv.ts`, `table.ts`, `html/`) turn it into text. */
export interface Report {
  /** Milliseconds since the epoch. */
  readonly generatedAt: number;
  /** What was read, before any filter. */
  readonly input: ReportInput;
  /** What is shown, after the filters. */
  readonly clients: SightingList;
  /** Whose logins have failed, and whether that is over. */
  readonly failedLogins: FailedLogins;
  /** Inputs that could not be read, or not to their end; `input.problems` names them too. */
  readonly unreadable: readonly UnreadableInput[];
  readonly found: FoundInput;
}

/**
 * Reads everything and adds it up. Rejects with a UserError when nothing can be read or an input does not say what it
 * is, with the signal's reason when it is aborted; an input that cannot be read among others is named in the report.
 */
export async function runReport(options: ReportOptions): Promise<Report> {
  const found = await findInput(options);
  const tally = new Tally(options.ownAddresses);
  for (const source of found.sources) tally.source(source);
  options.progress.started(
    found.files.length,
    found.files.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const unreadable = [...found.unreadable];
  const caches = new ReaderCaches(options.keepUser);
  const finished = finishedFiles(found.files, options.clock.now());
  const reader = new FileReader(tally, caches, options);
  const attempt = async (path: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (options.signal.aborted || !isSystemError(error)) throw error;
      unreadable.push({ path, reason: systemErrorText(error) });
    }
  };
  for (const file of found.files) {
    await attempt(file.path, () => reader.read(file, finished.has(file)));
  }
  const { standardInput } = found;
  if (standardInput !== null) {
    await attempt(standardInputPath, () =>
      readStandardInput(options.standardInput, standardInput, tally, caches, options),
    );
  }
  for (const { path, reason } of unreadable) tally.problems.add(path, null, reason);
  const generatedAt = options.clock.now();
  const knowledge = { inventory: options.inventory, own: tally.own, probes: options.probes };
  return {
    generatedAt,
    input: reportInput(tally, found),
    clients: new SightingList(tally.sources, options, knowledge, generatedAt),
    failedLogins: tally.failedLogins,
    unreadable,
    found,
  };
}
