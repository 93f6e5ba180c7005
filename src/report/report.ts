import { OwnAddresses } from '../inventory/own-addresses.ts';
import { findInput } from './find-input.ts';
import type { FoundInput, UnreadableInput } from './input-file.ts';
import type { ReportOptions } from './options.ts';
import { type ReportInput, reportInput } from './report-input.ts';
import { readInput } from './read-input.ts';
import { ClientList } from './client-list.ts';

/** One pass over logs. The formats (`json.ts`, `csv.ts`, `table.ts`, `html/`) turn it into text. */
export interface Report {
  /** Milliseconds since the epoch. */
  readonly generatedAt: number;
  /** What was read, before any filter. */
  readonly input: ReportInput;
  /** What is shown, after the filters. */
  readonly clients: ClientList;
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
  const { tally, record, unreadable } = await readInput(found, options);
  for (const source of found.sources) tally.source(source);
  const own = new OwnAddresses(options.ownAddresses);
  for (const { server, endpoints } of tally.sources) own.learn(server, [...endpoints]);
  const generatedAt = options.clock.now();
  return {
    generatedAt,
    input: reportInput(tally, record, found),
    clients: new ClientList(
      tally.sources,
      options,
      { inventory: options.inventory, own, probes: options.probes },
      generatedAt,
    ),
    unreadable,
    found,
  };
}
