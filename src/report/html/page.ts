/**
 * The report as one page that needs nothing else: style, script and sign are inside, and its policy lets it ask nobody
 * for anything. It reads and prints without its script, which only searches, filters and sorts.
 *
 * Texts from logs go through the template alone; style and script are our own files, named in the policy by their hash.
 */
import { readProgramFile } from '../../runtime/program-file.ts';
import { createHash } from 'node:crypto';
import { timeText } from '../../event/time-text.ts';
import { statuses } from '../../inventory/status.ts';
import { type Html, html } from '../../markup/html.ts';
import { baseStyle, icon } from '../../markup/shared-assets.ts';
import { count, counted, dateTime, protocolText } from '../../markup/words.ts';
import { batched } from '../batched.ts';
import { reportNotes } from '../notes.ts';
import type { Report } from '../report.ts';
import { type ServerVerdict, lastRowText, serverVerdicts } from '../server-verdict.ts';
import { clientRow, columnHeads } from './client-row.ts';
import { headline, headlineFinding } from './headline.ts';

/** More rows than this no browser shows with ease, and nobody reads. */
const rowsMax = 20_000;

/** The page, piece by piece. */
export function reportHtml(report: Report): Iterable<string> {
  return batched(pagePieces(report));
}

function* pagePieces(report: Report): Generator<string> {
  yield head(report);
  const servers = [...new Set(report.input.servers.map(({ name }) => name))];
  yield joined('<main>', headline(report), serverSection(serverVerdicts(report)), clientsHead(report, servers));
  yield* rows(report);
  yield joined(
    '</tbody></table></div>',
    hiddenRows(report),
    '</section>',
    notesSection(reportNotes(report)),
    '</main>',
  );
  yield joined(foot(report), `<script>${script}</script></body></html>\n`);
}

/** Strings are markup of our own here, written down in this file. */
function joined(...parts: readonly (Html | string)[]): string {
  return parts.map(String).join('');
}

function asset(name: string): string {
  return readProgramFile(new URL(`assets/${name}`, import.meta.url)).toString();
}

const style = `\n${baseStyle}${asset('report.css')}`;
const script = `\n${asset('address-range.js')}${asset('report.js')}`;
/** Rows are laid out once they are all there: table by table and piece by piece that takes a browser minutes. */
const firstScript = "document.documentElement.className = 'loading';";

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const policy = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(firstScript)} ${hash(script)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function head(report: Report): string {
  const sign = `data:image/svg+xml;base64,${icon.toString('base64')}`;
  const { number, word } = headlineFinding(report);
  const title = `${number === null ? '' : `${count(number)} `}${word.toLowerCase()}`;
  const start = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title} · Straggler report</title>
        <link rel="icon" href="${sign}" type="image/svg+xml" />
     `;
  const bar = html`<header class="bar">
    <p class="brand"><img src="${sign}" alt="" width="22" height="22" />Straggler report</p>
    <p class="as-of">
      made <time datetime="${timeText(report.generatedAt)}">${dateTime(timeText(report.generatedAt))}</time> UTC
    </p>
  </header>`;
  return joined(start, `<script>${firstScript}</script><style>${style}</style></head><body>`, bar);
}

function serverSection(verdicts: readonly ServerVerdict[]): Html {
  return html`<section aria-labelledby="servers-title">
    <h2 id="servers-title">Servers</h2>
    <div class="scroll" role="region" aria-labelledby="servers-title" tabindex="0">
      <table class="servers">
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Protocol</th>
            <th scope="col">What its logs say</th>
            <th scope="col">Last row</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Files</th>
          </tr>
        </thead>
        <tbody>
          ${verdicts.map(serverRow)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function serverRow({ source, unknown, text }: ServerVerdict): Html {
  const style = source.rows === 0 ? 'proof gap' : unknown > 0 ? 'unknown' : '';
  return html`<tr>
    <th scope="row">${source.name}</th>
    <td>${protocolText[source.protocol]}</td>
    <td class="${style}">${text}</td>
    <td>${lastRowText(source)}</td>
    <td class="number">${count(source.rows)}</td>
    <td class="number">${count(source.files)}</td>
  </tr>`;
}

function clientsHead(report: Report, servers: readonly string[]): string {
  const { totals, clientsByStatus } = report.clients;
  const present = statuses.filter((status) => clientsByStatus[status] > 0);
  return html`<section id="clients" aria-labelledby="clients-title">
    <h2 id="clients-title">Clients</h2>
    <div class="filter" role="search" aria-label="Clients" hidden>
      <label class="search"
        >Search
        <input
          type="search"
          id="search"
          placeholder="Address, range, name, owner, user, failure"
          autocomplete="off"
          spellcheck="false"
        />
      </label>
      ${choice('status', 'Status', present)} ${choice('server', 'Server', servers)}
    </div>
    <p class="result" id="result" role="status">
      ${counted(totals.clients, 'client', 'clients')}${totals.sightings !== totals.clients && `, ${counted(totals.sightings, 'entry', 'entries')} by server and protocol`}
    </p>
    <div class="scroll" role="region" aria-labelledby="clients-title" tabindex="0">
      <table class="clients">
        <thead>
          <tr>
            ${columnHeads.map(({ title, style, sorts }) => html`<th scope="col" class="${style}" data-sorts="${sorts}">${title}</th>`)}
          </tr>
        </thead>
        <tbody id="rows">
   `.toString();
}

function choice(id: string, label: string, words: readonly string[]): Html {
  return html`<label
    >${label}
    <select id="${id}">
      <option value="">any</option>
      ${words.map((word) => html`<option value="${word}">${word}</option>`)}
    </select>
  </label>`;
}

/** Those that matter most first; among equals in the report's order. */
function* rows({ clients }: Report): Generator<string> {
  let written = 0;
  for (const status of statuses) {
    for (const client of clients) {
      if (client.status !== status) continue;
      if (written++ >= rowsMax) return;
      yield clientRow(client).toString();
    }
  }
}

function hiddenRows({ clients }: Report): Html {
  const hidden = clients.totals.sightings - rowsMax;
  if (clients.totals.sightings === 0) return html`<p class="empty">No client is shown.</p>`;
  const more = html`<p class="more"><button type="button" id="more" hidden></button></p>`;
  return html`${more}${hidden > 0 && html`<p class="note">${counted(hidden, 'entry', 'entries')} more, which a browser would not bear: see --format csv.</p>`}`;
}

function notesSection(notes: readonly string[]): Html | string {
  if (notes.length === 0) return '';
  return html`<section aria-labelledby="notes-title">
    <h2 id="notes-title">Before you believe the numbers</h2>
    <ul class="notes">
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>
  </section>`;
}

function foot({ input }: Report): Html {
  return html`<footer class="foot">
    <p>
      ${count(input.rows)} rows read, ${count(input.ignoredRows)} ignored by rule, ${count(input.badRows)} unreadable;
      ${counted(input.ignoredFiles, 'back-end file', 'back-end files')} left out
    </p>
    <p class="quiet">Times are UTC.</p>
  </footer>`;
}
