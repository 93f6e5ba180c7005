/** The clients: searched, filtered, sorted and paged on the server, with plain links and a form. */
import { protocols } from '../../event/protocol.ts';
import { type ClientPage, type ClientSort, type ClientView, type SummaryView, statuses } from '../views.ts';
import { type Html, html } from '../../markup/html.ts';
import { type PageRequest, pageLink } from './page-request.ts';
import { count, counted, dateTime, protocolText, statusHint } from '../../markup/words.ts';
import { ago, heloOf, windowText } from './words.ts';

export function clientSection(summary: SummaryView, page: ClientPage, request: PageRequest): Html {
  return html`<section id="clients" aria-labelledby="clients-title">
    <div class="section-head">
      <h2 id="clients-title">Clients</h2>
      <p class="section-side"><a href="/api/v1/export.csv" download>Export all as CSV</a></p>
    </div>
    ${filterForm(summary, request)}
    <p class="result" id="result" data-live>${resultText(page, request)}</p>
    <p class="news" id="news" hidden><button type="button" id="news-button"></button></p>
    <div class="scroll" role="region" aria-labelledby="clients-title" tabindex="0">
      <table class="clients">
        <thead>
          <tr>
            ${sortHead(request, 'address', 'Address')} ${sortHead(request, 'status', 'Status')}
            <th scope="col" class="middle">Name</th>
            <th scope="col" class="wide">Owner</th>
            <th scope="col" class="wide">Users</th>
            <th scope="col" class="wide">Seen on</th>
            ${sortHead(request, 'connections', 'Connections', 'number middle')}
            ${sortHead(request, 'firstSeen', 'First seen', 'middle')} ${sortHead(request, 'lastSeen', 'Last seen')}
          </tr>
        </thead>
        <tbody id="client-rows" data-live-rows>
          ${page.clients.map((client) => clientRow(client, summary.asOf, request))}
        </tbody>
      </table>
    </div>
    <div id="after-clients" data-live>
      ${page.clients.length === 0 && emptyText(summary, request)} ${pager(page, request)}
    </div>
  </section>`;
}

function clientRow(client: ClientView, asOf: string, request: PageRequest): Html {
  const { address, status, label, owner, firstSeen, lastSeen } = client;
  const link = pageLink(request, { client: address, cursor: request.given['cursor'] ?? null }, '#client');
  return html`<tr data-key="${address}" aria-current="${address === request.client ? 'true' : 'false'}">
    <th scope="row">
      <a class="address" href="${link}">${address}</a>${label !== null && html`<span class="narrow">${label}</span>`}
    </th>
    <td><span class="status ${status}" title="${statusHint[status]}">${status}</span>${hintText(client)}</td>
    <td class="middle">${label ?? heloText(client)}</td>
    <td class="wide">${owner ?? ''}</td>
    <td class="wide">${usersText(client)}</td>
    <td class="wide seen">${seenOn(client)}</td>
    <td class="number middle">${count(client.connections)}</td>
    <td class="middle">
      <time datetime="${firstSeen}" title="${dateTime(firstSeen)} UTC">${firstSeen.slice(0, 10)}</time>
    </td>
    <td><time datetime="${lastSeen}" title="${dateTime(lastSeen)} UTC">${ago(lastSeen, asOf)}</time></td>
  </tr>`;
}

/** Where the inventory has no name, the one by which the device calls itself. */
function heloText(client: ClientView): Html | null {
  const helo = heloOf(client);
  return helo === null ? null : html`<span class="quiet" title="as it calls itself in EHLO">${helo}</span>`;
}

function hintText({ hints }: ClientView): Html | null {
  return hints.length === 0 ? null : html` <span class="quiet hint">${hints.join(', ')}</span>`;
}

function usersText({ users, sightings }: ClientView): string {
  const [first] = users;
  if (first === undefined) return '';
  const total = Math.max(users.length, ...sightings.map(({ usersTotal }) => usersTotal));
  return total > 1 ? `${first} and ${count(total - 1)} more` : first;
}

/** `EX01, EX02` and the protocols spoken there. */
function seenOn({ sightings }: ClientView): Html {
  const servers = [...new Set(sightings.map(({ server }) => server))].sort();
  const spoken = protocols.filter((protocol) => sightings.some((sighting) => sighting.protocol === protocol));
  return html`${servers.join(', ')}
    <span class="quiet">${spoken.map((protocol) => protocolText[protocol]).join(', ')}</span>`;
}

function sortHead(request: PageRequest, sort: ClientSort, text: string, style = ''): Html {
  const { sort: current, descending } = request.query;
  const sorted = current === sort;
  // A first click shows what one looks for: the newest, the most; but addresses and statuses from their beginning.
  const falls = sorted ? !descending : sort !== 'address' && sort !== 'status';
  const link = pageLink(request, { sort: `${falls ? '-' : ''}${sort}`, client: null }, '#clients');
  const order = sorted ? (descending ? 'descending' : 'ascending') : 'none';
  return html`<th scope="col" class="${style}" aria-sort="${order}"><a class="sort" href="${link}">${text}</a></th>`;
}

function filterForm(summary: SummaryView, request: PageRequest): Html {
  const { query, given } = request;
  const servers = summary.servers.map(({ name }) => [name, name] as const);
  const seen = protocols.filter((protocol) =>
    summary.servers.some((server) => server.protocols[protocol] !== undefined),
  );
  return html`<form class="filter" method="get" action="/#clients" role="search" aria-label="Clients">
    <label class="search"
      >Search
      <input
        type="search"
        name="search"
        value="${query.search ?? ''}"
        maxlength="256"
        placeholder="Address, CIDR, name, owner, user"
        autocomplete="off"
        spellcheck="false"
      />
    </label>
    ${choice(
      'status',
      'Status',
      'any',
      statuses.map((status) => [status, status] as const),
      query.status,
    )}
    ${choice('server', 'Server', 'any', servers, query.server)}
    ${choice(
      'protocol',
      'Protocol',
      'any',
      seen.map((protocol) => [protocol, protocolText[protocol]] as const),
      query.protocol,
    )}
    ${choice(
      'window',
      'Seen in the last',
      'any time',
      Object.keys(summary.windows).map((window) => [window, windowText(window)] as const),
      query.window,
    )}
    ${given['sort'] !== undefined && html`<input type="hidden" name="sort" value="${given['sort']}" />`}
    ${given['limit'] !== undefined && html`<input type="hidden" name="limit" value="${given['limit']}" />`}
    <button type="submit">Apply</button>
  </form>`;
}

function choice(
  name: string,
  label: string,
  any: string,
  options: readonly (readonly [string, string])[],
  chosen: string | undefined,
): Html {
  const known = chosen === undefined || options.some(([value]) => value === chosen);
  return html`<label
    >${label}
    <select name="${name}">
      <option value="">${any}</option>
      ${[...options, ...(known ? [] : [[chosen, chosen] as const])].map(([value, text]) =>
        value === chosen
          ? html`<option value="${value}" selected>${text}</option>`
          : html`<option value="${value}">${text}</option>`,
      )}
    </select>
  </label>`;
}

const filters = ['search', 'status', 'server', 'protocol', 'window'] as const;

function isFiltered({ given }: PageRequest): boolean {
  return filters.some((name) => given[name] !== undefined);
}

function allLink(request: PageRequest): string {
  return pageLink(request, { ...Object.fromEntries(filters.map((name) => [name, null])), client: null }, '#clients');
}

function resultText(page: ClientPage, request: PageRequest): Html {
  const found = counted(page.total, 'client', 'clients');
  if (!isFiltered(request)) return html`${found}`;
  return html`${found} ${page.total === 1 ? 'matches' : 'match'}. <a href="${allLink(request)}">Show all</a>`;
}

function emptyText(summary: SummaryView, request: PageRequest): Html {
  if (isFiltered(request) || summary.totals.clients > 0) return html`<p class="empty">No client matches.</p>`;
  return html`<p class="empty">No client has been seen yet. The first one appears here as soon as a log names it.</p>`;
}

function pager(page: ClientPage, request: PageRequest): Html | null {
  const first = request.given['cursor'] === undefined;
  if (first && page.next === null) return null;
  return html`<nav class="pager" aria-label="Pages of clients">
    ${first ? null : html`<a href="${pageLink(request, { client: null }, '#clients')}">First page</a>`}
    ${page.next === null ? null : html`<a rel="next" href="${pageLink(request, { cursor: page.next, client: null }, '#clients')}">Next page</a>`}
  </nav>`;
}
