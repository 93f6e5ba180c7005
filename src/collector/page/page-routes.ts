/** `/`: the page, whole, as it stands; its script only keeps it fresh. */
import type { Route } from '../../http/route.ts';
import type { CollectorViews } from '../views.ts';
import { agentSection } from './agent-table.ts';
import { type Assets, loadAssets } from './assets.ts';
import { clientDetail } from './client-detail.ts';
import { clientSection } from './client-table.ts';
import { counts } from './counts.ts';
import { document } from './document.ts';
import { headline } from './headline.ts';
import { type Html, html } from '../../markup/html.ts';
import { type PageRequest, pageParameters, readPageRequest } from './page-request.ts';
import { pastGapSection } from './past-gaps.ts';
import { wall, wallClientsMax } from './wall.ts';

export function pageRoutes(views: CollectorViews, version: string): readonly Route[] {
  const assets = loadAssets();
  return [
    {
      path: '/',
      parameters: pageParameters,
      answer({ query }) {
        const request = readPageRequest(query, views.windows);
        const page = request.wall ? wallPage(views, assets) : deskPage(views, request, version, assets);
        return { type: 'text/html; charset=utf-8', body: page.toString() };
      },
    },
    assets.route,
  ];
}

function wallPage(views: CollectorViews, assets: Assets): Html {
  const summary = views.summary();
  const { clients } = views.clients({
    status: 'unknown',
    window: summary.headline.window,
    sort: 'firstSeen',
    descending: true,
    limit: wallClientsMax,
  });
  return document({ summary, assets, view: 'wall' }, wall(summary, clients));
}

function deskPage(views: CollectorViews, request: PageRequest, version: string, assets: Assets): Html {
  const summary = views.summary();
  const client = request.client === null ? null : clientDetail(views.client(request.client), summary.asOf, request);
  const content = html`<main>
    ${headline(summary, request)} ${counts(summary, request)} ${client}
    ${clientSection(summary, views.clients(request.query), request)} ${agentSection(views.agents(), summary.asOf)}
    ${pastGapSection(summary)}
  </main>`;
  return document({ summary, assets, view: 'desk', version }, content);
}
