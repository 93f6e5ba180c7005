import assert from 'node:assert/strict';
import querystring from 'node:querystring';
import { Collector } from '../../../../src/collector/collector.ts';
import { readClientQuery, clientParameters } from '../../../../src/collector/http/client-query.ts';
import { KnownClientsBook } from '../../../../src/collector/known-clients.ts';
import { pageLink, pageParameters, readPageRequest } from '../../../../src/collector/page/page-request.ts';
import { Problem } from '../../../../src/http/problem.ts';
import { readQuery } from '../../../../src/http/query.ts';
import { applyEvent, emptySighting } from '../../../../src/sighting/sighting.ts';
import { collectorSettings, noon, TestClock } from '../../../unit/collector/fixtures.ts';
import { eventWith } from '../../../unit/event/any-event.ts';
import { anyQuery } from '../grammars.ts';
import type { FuzzTarget } from '../target.ts';

function filled(): Collector {
  const settings = collectorSettings();
  const clock = new TestClock();
  const known = new KnownClientsBook(settings, clock, false);
  const collector = new Collector({ settings, clock, known, brokered: false, onFirstSeen: () => {} });
  for (let index = 0; index < 20; index++) {
    const address = index % 3 === 0 ? `2001:db8::${index + 1}` : `10.1.2.${index}`;
    const sighting = emptySighting('pop3', 'EX01', address, 'bounded');
    applyEvent(sighting, eventWith({ address, first: noon - index * 60_000, last: noon - index * 60_000 }));
    collector.commit([{ sighting, firstSeenLive: false }]);
  }
  return collector;
}

const collector = filled();

/** What it promises, or a problem that says what is wrong. */
function refusedInWords<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    assert.ok(error instanceof Problem, `another error: ${(error as Error).stack}`);
    assert.ok(error.status === 400 && error.message.length < 1000);
    return null;
  }
}

function check(input: Buffer): void {
  const given = querystring.parse(input.toString('utf8'));
  refusedInWords(() => {
    const query = readClientQuery(readQuery(given, clientParameters), collector.windows, {
      sort: '-lastSeen',
      limit: 5,
      limitMax: 10,
    });
    const page = collector.clients(query);
    assert.ok(page.clients.length <= query.limit && page.total >= page.clients.length);
    if (page.next !== null) assert.ok(collector.clients({ ...query, cursor: page.next }).clients.length > 0);
  });
  refusedInWords(() => {
    const request = readPageRequest(readQuery(given, pageParameters), collector.windows);
    const link = new URL(pageLink(request, {}), 'http://localhost');
    assert.equal(link.origin, 'http://localhost', 'a link stays here');
    const again = readPageRequest(
      readQuery(querystring.parse(link.search.slice(1)), pageParameters),
      collector.windows,
    );
    // A link begins at the first page unless it is told otherwise.
    const { cursor: _cursor, ...asked } = request.query;
    assert.deepEqual(again.query, asked);
  });
}

export const queries: FuzzTarget = {
  name: 'queries',
  seeds: () =>
    [
      'status=unknown&server=EX01&protocol=pop3&window=24h&search=10.1.2.0/24&sort=-lastSeen&limit=3',
      'sort=address&limit=2&cursor=WzAsIjEwLjEuMi4xIl0',
      'search=svc-scan&sort=-connections',
      'client=10.1.2.3&wall=',
      'search=10.1.2.1-10.1.2.9&sort=status',
      'search=2001%3Adb8%3A%3A%2F32&server=ex01.contoso.test',
    ].map((text) => Buffer.from(text)),
  grammar: anyQuery,
  words: [
    '&',
    '=',
    '%',
    '%00',
    '%zz',
    '%ff',
    '[]',
    'limit=',
    'cursor=',
    'cursor=W251bGwsbnVsbF0',
    '/',
    '-',
    'sort=-',
    'window=',
  ],
  check,
};
