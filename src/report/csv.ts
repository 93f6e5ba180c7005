import { type CsvColumns, csvHeaderOf, csvList, csvRowsOf, sightingColumns } from '../sighting/csv.ts';
import { namedUsers } from './failed-logins.ts';
import type { Report } from './report.ts';
import type { ReportClient } from './client-list.ts';

const rowsAtOnce = 500;

/** Those of a collector's export, and behind them what only a report knows. */
const columns: CsvColumns<ReportClient> = {
  ...sightingColumns,
  failed_users_recovered: ({ failedUsers }) => csvList(namedUsers(failedUsers.recovered)),
  failed_users_unresolved: ({ failedUsers }) => csvList(namedUsers(failedUsers.unresolved)),
};

/** The CSV report, piece by piece. */
export function* reportCsv({ clients }: Report): Generator<string> {
  yield csvHeaderOf(columns);
  let waiting: ReportClient[] = [];
  for (const client of clients) {
    waiting.push(client);
    if (waiting.length === rowsAtOnce) {
      yield csvRowsOf(columns, waiting);
      waiting = [];
    }
  }
  yield csvRowsOf(columns, waiting);
}
