import { csvHeader, csvRows } from '../sighting/csv.ts';
import type { Report } from './report.ts';
import type { ReportClient } from './client-list.ts';

const rowsAtOnce = 500;

/** The CSV report, piece by piece: the same rows as a collector's export. */
export function* reportCsv({ clients }: Report): Generator<string> {
  yield csvHeader;
  let waiting: ReportClient[] = [];
  for (const client of clients) {
    waiting.push(client);
    if (waiting.length === rowsAtOnce) {
      yield csvRows(waiting);
      waiting = [];
    }
  }
  yield csvRows(waiting);
}
