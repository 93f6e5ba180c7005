/** `/api/v1/…`: what the collector knows, as JSON, CSV and a live feed. */
import { canonicalAddress } from '../../event/address.ts';
import { Problem } from '../../http/problem.ts';
import { quoted } from '../../http/query.ts';
import { json } from '../../http/answer.ts';
import type { Route } from '../../http/route.ts';
import type { CollectorViews } from '../views.ts';
import { clientParameters, readClientQuery } from './client-query.ts';
import { csvExport } from './export.ts';
import type { LiveFeed } from './live-feed.ts';

export function apiRoutes(views: CollectorViews, feed: LiveFeed): readonly Route[] {
  return [
    { path: '/api/v1/summary', parameters: [], answer: () => json(views.summary()) },
    {
      path: '/api/v1/clients',
      parameters: clientParameters,
      answer({ query }) {
        const defaults = { sort: '-lastSeen', limit: 100, limitMax: 1000 } as const;
        return json(views.clients(readClientQuery(query, views.windows, defaults)));
      },
    },
    {
      path: '/api/v1/clients/:address',
      parameters: [],
      answer({ path }) {
        const text = path['address'] ?? '';
        const address = canonicalAddress(text);
        if (address === null) throw new Problem(400, `${quoted(text)} is no Internet address.`);
        const client = views.client(address);
        if (client === null) throw new Problem(404, `No client with the address ${address} was seen.`);
        return json(client);
      },
    },
    { path: '/api/v1/agents', parameters: [], answer: () => json({ agents: views.agents() }) },
    {
      path: '/api/v1/export.csv',
      parameters: [],
      answer: ({ signal }) => csvExport(views.sightings(), views.summary().asOf, signal),
    },
    { path: '/api/v1/live', parameters: [], answer: ({ signal }) => feed.open(signal) },
  ];
}
