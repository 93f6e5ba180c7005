/** What is around the content: head, bar, banner, foot. No style and no script inside: the policy forbids them. */
import type { SummaryView } from '../views.ts';
import type { Assets } from './assets.ts';
import { type Html, html } from '../../markup/html.ts';
import { count, dateTime } from '../../markup/words.ts';
import { verdictText } from './words.ts';

export interface Frame {
  readonly summary: SummaryView;
  readonly assets: Assets;
  readonly view: 'desk' | 'wall';
  readonly version?: string;
}

export function document(frame: Frame, content: Html): Html {
  const { summary, assets, view } = frame;
  return html`<!doctype html>
    <html lang="en" data-view="${view}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title(summary)}</title>
        <link rel="icon" href="${assets.path('icon.svg')}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assets.path('page.css')}" />
        <script src="${assets.path('page.js')}" defer></script>
        <noscript><meta http-equiv="refresh" content="60" /></noscript>
      </head>
      <body>
        ${view === 'desk' && bar(summary, assets)}
        <p class="stale" id="stale" role="status" hidden></p>
        ${content} ${view === 'desk' && foot(frame)}
      </body>
    </html>`;
}

function title({ verdict, headline }: SummaryView): string {
  const number = verdict === 'blind' ? '' : `${count(headline.remaining)} `;
  return `${number}${verdictText[verdict]} · Straggler`;
}

function bar(summary: SummaryView, assets: Assets): Html {
  return html`<header class="bar">
    <a class="skip" href="#clients">To the clients</a>
    <a class="brand" href="/"><img src="${assets.path('icon.svg')}" alt="" width="22" height="22" />Straggler</a>
    <nav aria-label="Views">
      <a href="#clients">Clients</a>
      <a href="#agents">Agents</a>
      <a href="/?wall">Wall</a>
    </nav>
    <p class="as-of" id="as-of" data-live>
      <span class="pulse" aria-hidden="true"></span>as of
      <time datetime="${summary.asOf}">${dateTime(summary.asOf)}</time> UTC
    </p>
  </header>`;
}

function foot({ summary, version }: Frame): Html {
  return html`<footer class="foot">
    <p id="totals" data-live>
      ${count(summary.totals.clients)} clients, ${count(summary.totals.connections)} connections,
      ${count(summary.totals.rows)} rows counted
    </p>
    <p>
      <a href="/metrics">Metrics</a> <a href="/api/v1/summary">API</a>
      <span class="quiet">Straggler ${version ?? ''}. Times are UTC.</span>
    </p>
  </footer>`;
}
