import { timeText } from '../event/time-text.ts';
import type { Report } from './report.ts';

/** The JSON report, piece by piece: one line for each client, so that it can be read by line too. */
export function* reportJson({ generatedAt, input, clients }: Report): Generator<string> {
  const head = { schema: 'straggler.report.v1', generatedAt: timeText(generatedAt), input, totals: clients.totals };
  yield `${JSON.stringify(head).slice(0, -1)},"clients":[`;
  let separator = '\n';
  for (const client of clients) {
    yield separator + JSON.stringify(client);
    separator = ',\n';
  }
  yield separator === '\n' ? ']}\n' : '\n]}\n';
}
