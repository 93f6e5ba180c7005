/** The view for a screen on a wall: one number, its word, and what to do about it; readable from across a room. */
import type { ClientView, SummaryView } from '../views.ts';
import { gapName, headlineSentence, silentText } from './headline.ts';
import { type Html, html } from '../../markup/html.ts';
import { count, counted, dateTime } from '../../markup/words.ts';
import { ago, verdictText, windowText } from './words.ts';

export const wallClientsMax = 5;
const gapsMax = 3;

/** `newest` are the unknown clients that were seen first last, at most `wallClientsMax`. */
export function wall(summary: SummaryView, newest: readonly ClientView[]): Html {
  const { verdict, headline } = summary;
  const silent = silentText(summary);
  return html`<main class="wall" data-verdict="${verdict}" id="wall" data-live>
    <div class="wall-headline" aria-live="polite" aria-atomic="true">
      <h1>${verdictText[verdict]}</h1>
      ${verdict !== 'blind' && html`<p class="wall-number">${count(headline.remaining)}</p>`}
      <p class="wall-sentence">${headlineSentence(summary)}</p>
    </div>
    <dl class="wall-facts">
      ${
        verdict !== 'blind' &&
        html`<div>
          <dt>Unknown</dt>
          <dd>${count(headline.unknown)}</dd>
        </div>`
      }
      ${
        silent !== null &&
        html`<div>
          <dt>Silent for ${windowText(headline.window)}, seen before</dt>
          <dd>${silent}</dd>
        </div>`
      }
      <div>
        <dt>Evidence</dt>
        <dd>${summary.evidence.complete ? 'complete' : counted(summary.evidence.reasons.length, 'gap', 'gaps')}</dd>
      </div>
    </dl>
    ${newest.length > 0 && newestUnknown(newest, summary.asOf)} ${newest.length === 0 && gaps(summary)}
    <p class="wall-foot"><span>Straggler</span> <span>as of ${dateTime(summary.asOf)} UTC</span></p>
  </main>`;
}

function newestUnknown(newest: readonly ClientView[], asOf: string): Html {
  return html`<section class="wall-list">
    <h2>Newest unknown clients</h2>
    <ul>
      ${newest.map(
        ({ address, lastSeen, sightings }) =>
          html`<li>
            <b class="address">${address}</b>
            <span>${[...new Set(sightings.map(({ server }) => server))].join(', ')}</span>
            <span>${ago(lastSeen, asOf)}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}

function gaps(summary: SummaryView): Html | null {
  const { reasons } = summary.evidence;
  if (reasons.length === 0) return null;
  return html`<section class="wall-list">
    <h2>Gaps in the evidence</h2>
    <ul>
      ${reasons.slice(0, gapsMax).map((gap) => html`<li><b>${gapName(gap)}</b> <span>${gap.text}</span></li>`)}
      ${reasons.length > gapsMax && html`<li>and ${count(reasons.length - gapsMax)} more</li>`}
    </ul>
  </section>`;
}
