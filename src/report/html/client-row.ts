/** One entry of the report as a row of its table. `data-sort` is what a column sorts by where that is not its text. */
import { addressNumber } from '../../inventory/address-range.ts';
import { statuses } from '../../inventory/status.ts';
import { type Html, html } from '../../markup/html.ts';
import { count, counted, dateTime, protocolText, statusHint } from '../../markup/words.ts';
import type { ReportClient } from '../client-list.ts';
import { namedUsers } from '../failed-logins.ts';

export interface ColumnHead {
  readonly title: string;
  readonly style: string;
  /** As people read texts, as numbers, or unit by unit. Numbers and times begin with the largest. */
  readonly sorts: 'text' | 'number' | 'key' | 'time';
}

export const columnHeads: readonly ColumnHead[] = [
  { title: 'Client', style: '', sorts: 'key' },
  { title: 'Status', style: '', sorts: 'key' },
  { title: 'Seen on', style: '', sorts: 'text' },
  { title: 'Users', style: '', sorts: 'text' },
  { title: 'Connections', style: 'number', sorts: 'number' },
  { title: 'Logins', style: 'number', sorts: 'number' },
  { title: 'Failed', style: 'number', sorts: 'number' },
  { title: 'Last failure', style: '', sorts: 'text' },
  { title: 'First seen', style: '', sorts: 'time' },
  { title: 'Last seen', style: '', sorts: 'time' },
];

const usersAtOnce = 3;
const textsMax = 50;

export function clientRow(client: ReportClient): Html {
  const { address, status, label, owner, hints, logins } = client;
  return html`<tr data-status="${status}" data-server="${client.server}">
    <th scope="row" data-sort="${addressKey(address)}">
      <span class="address">${address}</span>${under([label, owner])}
    </th>
    <td data-sort="${statuses.indexOf(status)}">
      <span class="status ${status}" title="${statusHint[status]}">${status}</span>${under(hints)}
    </td>
    <td class="seen">
      ${client.server} <span class="protocol">${protocolText[client.protocol]}</span>${under(spoken(client))}
    </td>
    <td class="users">${usersCell(client)}</td>
    <td class="number" data-sort="${client.connections}">${count(client.connections)}</td>
    <td class="number" data-sort="${logins.succeeded}">${count(logins.succeeded)}</td>
    <td class="number${logins.failed > 0 ? ' failed' : ''}" data-sort="${logins.failed}">${count(logins.failed)}</td>
    <td class="failure">${failureCell(client)}</td>
    ${timeCell(client.firstSeen)}${timeCell(client.lastSeen)}
  </tr>`;
}

/** Sorts as the report does: IPv4 before IPv6, each by number. */
function addressKey(address: string): string {
  return (address.includes(':') ? '6:' : '4:') + addressNumber(address).toString(16).padStart(33, '0');
}

function under(texts: readonly (string | null)[]): Html | null {
  const said = texts.filter((text) => text !== null && text !== '');
  return said.length === 0 ? null : html`<span class="under">${said.join(' · ')}</span>`;
}

/** What was dialled, and what an SMTP client says of itself. */
function spoken(client: ReportClient): readonly string[] {
  const { endpoints, messages, tracked, tls, helo } = client;
  return [
    endpoints.slice(0, textsMax).join(', '),
    messages > 0 ? counted(messages, 'message', 'messages') : '',
    tracked > 0 ? `${count(tracked)} tracked` : '',
    tls ?? '',
    helo.length > 0 ? `says it is ${helo.slice(0, textsMax).join(', ')}` : '',
  ];
}

function usersCell({ users, usersTotal }: ReportClient): Html {
  const first = users.slice(0, usersAtOnce).join(', ');
  if (usersTotal <= usersAtOnce) return html`${first}`;
  const rest = users.slice(usersAtOnce, textsMax);
  const hidden = usersTotal - usersAtOnce - rest.length;
  return html`<details>
    <summary>${first} <span class="quiet">and ${count(usersTotal - usersAtOnce)} more</span></summary>
    ${rest.join(', ')}${hidden > 0 && ` and ${count(hidden)} more`}
  </details>`;
}

function failureCell({ lastFailure, failedUsers }: ReportClient): Html | null {
  if (lastFailure === null) return null;
  const { recovered, unresolved } = failedUsers;
  const said = [failing('unresolved', unresolved), failing('recovered', recovered)].filter((text) => text !== null);
  return html`${lastFailure.reason}<time class="under" datetime="${lastFailure.at}">${dateTime(lastFailure.at)}</time
    >${said}`;
}

/** `unresolved: svc-scan`; of one client without a name the word alone. */
function failing(word: 'unresolved' | 'recovered', users: readonly string[]): Html | null {
  if (users.length === 0) return null;
  const names = namedUsers(users.slice(0, usersAtOnce)).join(', ');
  const more = users.length > usersAtOnce ? ` and ${count(users.length - usersAtOnce)} more` : '';
  const isNameless = users.length === 1 && users[0] === '';
  return html`<span class="under ${word}">${word}${!isNameless && `: ${names}${more}`}</span>`;
}

function timeCell(time: string): Html {
  return html`<td data-sort="${time}">
    <time datetime="${time}">${time.slice(0, 10)}<span class="under">${time.slice(11, 19)}</span></time>
  </td>`;
}
