/** All that is known of one client, and the line that makes it a known one. */
import type { ClientView, SightingView } from '../views.ts';
import { type Html, html } from '../../markup/html.ts';
import { type PageRequest, pageLink } from './page-request.ts';
import { bytes, count, dateTime, protocolText, statusHint } from '../../markup/words.ts';
import { ago, heloOf, migrationText } from './words.ts';

export function clientDetail(client: ClientView | null, asOf: string, request: PageRequest): Html {
  const close = html`<a
    class="close"
    href="${pageLink(request, { client: null, cursor: request.given['cursor'] ?? null }, '#clients')}"
    >Close</a
  >`;
  if (client === null) {
    return html`<section id="client" class="detail" aria-labelledby="client-title">
      <div class="section-head">
        <h2 id="client-title">${request.client ?? ''}</h2>
        ${close}
      </div>
      <p class="empty">No client with this address was seen.</p>
    </section>`;
  }
  return html`<section id="client" class="detail" aria-labelledby="client-title">
    <div class="section-head">
      <h2 id="client-title"><span class="address">${client.address}</span></h2>
      ${close}
    </div>
    <div id="client-facts" data-live>
      <dl class="facts">
        <div>
          <dt>Status</dt>
          <dd>
            <span class="status ${client.status}">${client.status}</span>
            <span class="quiet">${statusHint[client.status]}</span>
          </dd>
        </div>
        ${fact('Name', client.label)} ${fact('Calls itself', heloOf(client))} ${fact('Owner', client.owner)}
        ${fact('Hints', client.hints.join(', '))}
        ${fact('Migration', client.migration === null ? null : migrationText[client.migration])}
        ${fact('Users', client.users.join(', '))}
        <div>
          <dt>First seen</dt>
          <dd>${dateTime(client.firstSeen)} UTC</dd>
        </div>
        <div>
          <dt>Last seen</dt>
          <dd>${dateTime(client.lastSeen)} UTC <span class="quiet">${ago(client.lastSeen, asOf)}</span></dd>
        </div>
      </dl>
      <div class="scroll" role="region" aria-label="Sightings" tabindex="0">
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">Server</th>
              <th scope="col" class="text">Protocol</th>
              <th scope="col">Connections</th>
              <th scope="col">Logins</th>
              <th scope="col">Failed</th>
              <th scope="col">Received</th>
              <th scope="col">Sent</th>
              <th scope="col" class="text">Dialled</th>
              <th scope="col" class="text">Last failure</th>
              <th scope="col" class="text">Last seen</th>
            </tr>
          </thead>
          <tbody>
            ${client.sightings.map((sighting) => sightingRow(sighting, asOf))}
          </tbody>
        </table>
      </div>
      ${smtpTable(client.sightings.filter(({ protocol }) => protocol === 'smtp'))}
    </div>
    ${client.status === 'unknown' && inventoryLine(client)}
  </section>`;
}

function fact(name: string, value: string | null): Html | null {
  return value === null || value === ''
    ? null
    : html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;
}

function sightingRow(sighting: SightingView, asOf: string): Html {
  const { lastFailure } = sighting;
  return html`<tr>
    <th scope="row">${sighting.server}</th>
    <td class="text">${protocolText[sighting.protocol]}</td>
    <td>${count(sighting.connections)}</td>
    <td>${count(sighting.logins.succeeded)}</td>
    <td>${count(sighting.logins.failed)}</td>
    <td>${bytes(sighting.bytes.received)}</td>
    <td>${bytes(sighting.bytes.sent)}</td>
    <td class="text">${sighting.endpoints.join(', ')}</td>
    <td class="text">
      ${lastFailure === null ? '' : html`${lastFailure.reason} <span class="quiet">${ago(lastFailure.at, asOf)}</span>`}
    </td>
    <td class="text">
      <time datetime="${sighting.lastSeen}" title="${dateTime(sighting.lastSeen)} UTC"
        >${ago(sighting.lastSeen, asOf)}</time
      >
    </td>
  </tr>`;
}

/** What SMTP alone tells: who the device says it is, and what it sends. */
function smtpTable(sightings: readonly SightingView[]): Html | null {
  if (sightings.length === 0) return null;
  return html`<div class="scroll" role="region" aria-label="SMTP" tabindex="0">
    <table class="numbers">
      <thead>
        <tr>
          <th scope="col">SMTP on</th>
          <th scope="col">Messages</th>
          <th scope="col">Tracked</th>
          <th scope="col" class="text">EHLO name</th>
          <th scope="col" class="text">TLS</th>
          <th scope="col" class="text">Senders</th>
          <th scope="col" class="text">Connectors</th>
        </tr>
      </thead>
      <tbody>
        ${sightings.map(
          (sighting) =>
            html`<tr>
              <th scope="row">${sighting.server}</th>
              <td>${count(sighting.messages)}</td>
              <td>${count(sighting.tracked)}</td>
              <td class="text">${sighting.helo.join(', ')}</td>
              <td class="text">${sighting.tls ?? ''}</td>
              <td class="text">${sighting.senders.join(', ')}</td>
              <td class="text">${sighting.connectors.join(', ')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** In the columns of the inventory: cidr,label,owner,contact,expires,state,note. */
function inventoryLine({ address }: ClientView): Html {
  return html`<p class="copy">
    <label for="inventory-line">Line for the inventory of known clients</label>
    <input id="inventory-line" class="address" readonly value="${address},,,,,known," />
    <button type="button" data-copy="inventory-line" hidden>Copy</button>
  </p>`;
}
