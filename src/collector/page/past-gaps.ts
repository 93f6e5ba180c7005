/** Gaps in the evidence that are closed: a zero now says little of a night in which nobody would have been seen. */
import type { PastGap, SummaryView } from '../views.ts';
import { type Html, html } from '../../markup/html.ts';
import { dateTime } from '../../markup/words.ts';
import { gapName } from './headline.ts';
import { lasted } from './words.ts';

export function pastGapSection({ evidence }: SummaryView): Html {
  const { past } = evidence;
  return html`<section id="past-gaps" aria-labelledby="past-gaps-title" data-live>
    <h2 id="past-gaps-title">Gaps in the evidence that were closed in the last 24 h</h2>
    ${past.length === 0 ? html`<p class="empty">None.</p>` : pastTable(past)}
  </section>`;
}

function pastTable(past: readonly PastGap[]): Html {
  return html`<div class="scroll" role="region" aria-labelledby="past-gaps-title" tabindex="0">
    <table id="past-gap-table">
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">To</th>
          <th scope="col">Lasted</th>
          <th scope="col">Of</th>
          <th scope="col">Reason</th>
          <th scope="col">What was said last</th>
        </tr>
      </thead>
      <tbody>
        ${past.map(pastRow)}
      </tbody>
    </table>
  </div>`;
}

function pastRow(gap: PastGap): Html {
  return html`<tr>
    <td><time datetime="${gap.from}">${dateTime(gap.from)}</time></td>
    <td><time datetime="${gap.to}">${dateTime(gap.to)}</time></td>
    <td>${lasted(gap.from, gap.to)}</td>
    <td>${gapName(gap)}</td>
    <td>${gap.reason}</td>
    <td>${gap.text}</td>
  </tr>`;
}
