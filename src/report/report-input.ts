import type { Protocol } from '../event/protocol.ts';
import { compareByCodePoint } from '../event/code-point-order.ts';
import { timeText } from '../event/time-text.ts';
import type { FoundInput } from './input-file.ts';
import type { InputRecord } from './input-record.ts';
import type { InputProblem } from './problem-list.ts';
import type { Tally } from './tally.ts';

/** What was read, before any filter. Field for field the `input` of the JSON report. */
export interface ReportInput {
  readonly files: number;
  readonly bytes: number;
  /** All rows, of which `ignoredRows` and `badRows` do not count. */
  readonly rows: number;
  /** Log files that are known and never counted (back end, sent mail). */
  readonly ignoredFiles: number;
  readonly ignoredRows: number;
  readonly badRows: number;
  /** Files that end in the middle of a row, which may still be written. */
  readonly unterminated: number;
  readonly firstRow: string | null;
  readonly lastRow: string | null;
  /** Every server and protocol that has a place for logs; its rows are those that count. */
  readonly servers: readonly {
    readonly name: string;
    readonly protocol: Protocol;
    readonly files: number;
    readonly rows: number;
    readonly lastRow: string | null;
  }[];
  readonly problems: readonly InputProblem[];
}

export function reportInput(tally: Tally, record: InputRecord, found: FoundInput): ReportInput {
  return {
    files: record.files,
    bytes: tally.bytes,
    rows: tally.rows,
    ignoredFiles: found.ignoredFiles,
    ignoredRows: tally.ignoredRows,
    badRows: tally.badRows,
    unterminated: record.unterminated,
    firstRow: timeOrNull(tally.firstRowAt),
    lastRow: timeOrNull(tally.lastRowAt),
    servers: [...tally.sources]
      .map(({ server, protocol, files, rows, lastRowAt }) => ({
        name: server,
        protocol,
        files,
        rows,
        lastRow: timeOrNull(lastRowAt),
      }))
      .sort((a, b) => compareByCodePoint(a.name, b.name) || compareByCodePoint(a.protocol, b.protocol)),
    problems: record.problems.list(),
  };
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : timeText(time);
}
