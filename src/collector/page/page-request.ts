/** What the address of the page asks for, and addresses that ask for something a little different. */
import { canonicalAddress } from '../../event/address.ts';
import type { Query } from '../../http/query.ts';
import { clientParameters, readClientQuery } from '../http/client-query.ts';
import type { ClientQuery } from '../views.ts';

export const pageParameters: readonly string[] = [...clientParameters, 'client', 'wall'];

const rowsDefault = 50;
const rowsMax = 500;

export interface PageRequest {
  readonly query: ClientQuery;
  /** The client that is looked at: its canonical address, or what was asked for where it is none. */
  readonly client: string | null;
  readonly wall: boolean;
  /** The parameters as given, without blank ones. */
  readonly given: Readonly<Record<string, string>>;
}

/** Throws a `Problem` that names the parameter. */
export function readPageRequest(query: Query, windows: readonly string[]): PageRequest {
  const given: Record<string, string> = {};
  for (const name of pageParameters) {
    const text = query.text(name);
    if (text !== null) given[name] = text;
  }
  const client = query.text('client');
  return {
    // Unknown clients first: they are what one comes for.
    query: readClientQuery(query, windows, { sort: 'status', limit: rowsDefault, limitMax: rowsMax }),
    client: client === null ? null : (canonicalAddress(client) ?? client),
    wall: query.has('wall'),
    given,
  };
}

/** The same page with parameters changed; null takes one away. Anything but a next page begins at the first. */
export function pageLink(request: PageRequest, change: Readonly<Record<string, string | null>>, anchor = ''): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...request.given, cursor: null, ...change })) {
    if (value !== null && value !== '') parameters.set(name, value);
  }
  const text = parameters.toString();
  return `/${text === '' ? '' : `?${text}`}${anchor}`;
}
