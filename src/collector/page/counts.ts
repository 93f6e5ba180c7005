/** Unique clients by window and status, and by server. */
import { protocols } from '../../event/protocol.ts';
import { type StatusCounts, type SummaryView, statuses } from '../views.ts';
import { type Html, html } from '../../markup/html.ts';
import { type PageRequest, pageLink } from './page-request.ts';
import { count, protocolText } from '../../markup/words.ts';
import { windowText } from './words.ts';

export function counts(summary: SummaryView, request: PageRequest): Html {
  return html`<div class="columns">${windowsTable(summary)} ${serversTable(summary, request)}</div>`;
}

function windowsTable(summary: SummaryView): Html {
  return html`<section aria-labelledby="windows-title">
    <h2 id="windows-title">Clients by window</h2>
    <div class="scroll" role="region" aria-labelledby="windows-title" tabindex="0">
      <table class="numbers" id="windows" data-live>
        <thead>
          <tr>
            <th scope="col">Last</th>
            <th scope="col">All</th>
            ${statuses.map((status) => html`<th scope="col">${status}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${Object.entries(summary.windows).map(
            ([window, counts]) =>
              html`<tr>
                <th scope="row">${windowText(window)}</th>
                ${figure(counts.all)} ${statuses.map((status) => figure(counts[status], status))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="note" id="windows-note" data-live>
      Unique addresses on any server: a client counts once, under its first status from the left. ${caveat(summary)}
    </p>
  </section>`;
}

function serversTable(summary: SummaryView, request: PageRequest): Html {
  const { window } = summary.headline;
  const shown = protocols.filter((protocol) =>
    summary.servers.some((server) => server.protocols[protocol] !== undefined),
  );
  return html`<section aria-labelledby="servers-title">
    <h2 id="servers-title">Servers, last ${windowText(window)}</h2>
    <div class="scroll" role="region" aria-labelledby="servers-title" tabindex="0">
      <table class="numbers" id="servers" data-live>
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col" class="text">Role</th>
            ${shown.map((protocol) => html`<th scope="col">${protocolText[protocol]}</th>`)}
            <th scope="col">Clients</th>
            <th scope="col">unknown</th>
          </tr>
        </thead>
        <tbody>
          ${summary.servers.map(
            (server) =>
              html`<tr>
                <th scope="row">
                  <a href="${pageLink(request, { server: server.name, client: null }, '#clients')}">${server.name}</a>
                </th>
                <td class="text">${roleText(server)}</td>
                ${shown.map((protocol) => figure(left(server.protocols[protocol]?.windows[window])))}
                ${figure(left(server.windows[window]))} ${figure(server.windows[window]?.unknown ?? 0, 'unknown')}
              </tr>`,
          )}
          ${
            summary.servers.length === 0 &&
            html`<tr>
              <td colspan="${shown.length + 4}">No server is followed yet.</td>
            </tr>`
          }
        </tbody>
      </table>
    </div>
    <p class="note">Probes and our own servers are left out. A client of two protocols counts once in the sum.</p>
  </section>`;
}

/** A zero is never shown as if it proved something. */
function caveat({ evidence }: SummaryView): string | null {
  return evidence.complete ? null : 'While there are gaps in the evidence, a zero proves nothing.';
}

function roleText({ role, phase }: SummaryView['servers'][number]): string {
  return [role ?? 'no role', ...(phase === 'active' ? [] : [phase])].join(', ');
}

/** Clients that stand in the way of switching the server off. */
function left(counts: StatusCounts | undefined): number {
  return counts === undefined ? 0 : counts.unknown + counts.acknowledged + counts.known;
}

function figure(value: number, status = ''): Html {
  return html`<td class="${value === 0 ? 'zero' : status}">${count(value)}</td>`;
}
