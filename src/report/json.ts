import { timeText } from '../event/time-text.ts';
import { visibleText } from '../runtime/visible-text.ts';
import { batched } from './batched.ts';
import type { Report } from './report.ts';

/**
 * The JSON report, piece by piece: one line for each client, so that it can be read by line too. What a terminal would
 * obey is escaped, which leaves the JSON the same.
 */
export function reportJson(report: Report): Iterable<string> {
  return batched(jsonLines(report));
}

function* jsonLines({ generatedAt, input, clients }: Report): Generator<string> {
  const head = { schema: 'straggler.report.v1', generatedAt: timeText(generatedAt), input, totals: clients.totals };
  yield `${visibleText(JSON.stringify(head)).slice(0, -1)},"clients":[`;
  let separator = '\n';
  for (const client of clients) {
    yield separator + visibleText(JSON.stringify(client));
    separator = ',\n';
  }
  yield separator === '\n' ? ']}\n' : '\n]}\n';
}
