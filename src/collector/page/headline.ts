/** The number that decides, with its window, its verdict in words and what the number rests on. */
import type { EvidenceGap, SummaryView, Verdict } from '../views.ts';
import { type Html, html } from '../../markup/html.ts';
import { type PageRequest, pageLink } from './page-request.ts';
import { count, counted, protocolText } from '../../markup/words.ts';
import { verdictText, windowText } from './words.ts';

/** What is said of the number, without the number; the whole sentence when blind, where there is none to show. */
export function headlineSentence(summary: SummaryView): string {
  const { remaining, unknown, window } = summary.headline;
  const servers = summary.servers.some(({ role }) => role === 'legacy') ? 'the legacy servers' : 'the servers';
  const clients = remaining === 1 ? 'client' : 'clients';
  const within = `in the last ${windowText(window)}`;
  const sentences: Readonly<Record<Verdict, string>> = {
    attention: `${clients} seen on ${servers} ${within}, ${unknownPart(remaining, unknown)}.`,
    remaining: `${clients} seen on ${servers} ${within}, ${remaining === 1 ? 'and it is not unknown' : 'none of them unknown'}.`,
    clear: `${clients} seen on ${servers} ${within}, and the evidence is complete.`,
    blind: `No client was seen on ${servers} ${within}, which proves nothing: there are gaps in the evidence.`,
  };
  return sentences[summary.verdict];
}

function unknownPart(remaining: number, unknown: number): string {
  if (remaining === unknown) return unknown === 1 ? 'and it is unknown' : 'all of them unknown';
  return `${count(unknown)} of them unknown`;
}

/**
 * Seen in a longer window, but not in the headline's: a weekly job is not gone because a day is quiet. Null where there
 * is nothing to say: a zero is said only where the evidence carries it.
 */
export function silentText(summary: SummaryView): string | null {
  const parts = Object.entries(summary.headline.silentFor)
    .filter(([, silent]) => silent > 0 || summary.evidence.complete)
    .map(([window, silent]) => `${count(silent)} in ${windowText(window)}`);
  return parts.length === 0 ? null : parts.join(', ');
}

export function gapName({ server, protocol }: EvidenceGap): string {
  const name = [server, protocol === '' ? '' : protocolText[protocol]].filter((part) => part !== '').join(' ');
  return name === '' ? 'Collector' : name;
}

export function headline(summary: SummaryView, request: PageRequest): Html {
  const { verdict, headline } = summary;
  const silent = silentText(summary);
  return html`<section
    class="headline"
    data-verdict="${verdict}"
    id="headline-card"
    aria-labelledby="verdict"
    data-live
  >
    <div id="headline" aria-live="polite" aria-atomic="true">
      <h1 id="verdict" class="verdict">${verdictText[verdict]}</h1>
      <p class="headline-number">
        ${verdict === 'blind' ? null : html`<strong>${count(headline.remaining)}</strong>`}
        <span>${headlineSentence(summary)}</span>
      </p>
    </div>
    <dl class="facts">
      ${headline.unknown > 0 && unknownFact(summary, request)}
      <div>
        <dt>Evidence</dt>
        <dd>${evidenceText(summary)}</dd>
      </div>
      ${
        silent === null
          ? null
          : html`<div>
              <dt>Silent in the last ${windowText(headline.window)}, but seen before</dt>
              <dd>${silent}</dd>
            </div>`
      }
    </dl>
    ${summary.evidence.reasons.length === 0 ? null : gapList(summary.evidence.reasons)}
  </section>`;
}

function unknownFact({ headline }: SummaryView, request: PageRequest): Html {
  const link = pageLink(request, { status: 'unknown', client: null }, '#clients');
  return html`<div>
    <dt>Unknown</dt>
    <dd><a href="${link}">${count(headline.unknown)}</a></dd>
  </div>`;
}

function evidenceText(summary: SummaryView): string {
  const { complete, reasons } = summary.evidence;
  if (complete) return 'complete';
  const gaps = counted(reasons.length, 'gap', 'gaps');
  return summary.headline.remaining === 0 ? gaps : `${gaps}, so there may be more clients`;
}

function gapList(gaps: readonly EvidenceGap[]): Html {
  return html`<ul class="gaps">
    ${gaps.map((gap) => html`<li><b>${gapName(gap)}</b> ${gap.text}</li>`)}
  </ul>`;
}
