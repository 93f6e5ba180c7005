/** What the API, the export of a list and the page understand by `status=…&server=…&sort=-lastSeen`. */
import { protocols } from '../../event/protocol.ts';
import { serverKey } from '../../event/server-key.ts';
import { Problem } from '../../http/problem.ts';
import type { Query } from '../../http/query.ts';
import { type ClientQuery, type ClientSort, clientSorts, statuses } from '../views.ts';

export const clientParameters: readonly string[] = [
  'status',
  'server',
  'protocol',
  'window',
  'search',
  'sort',
  'limit',
  'cursor',
];

/** `lastSeen` rises, `-lastSeen` falls. */
type SortWord = ClientSort | `-${ClientSort}`;
const sortWords: readonly SortWord[] = clientSorts.flatMap((sort) => [sort, `-${sort}`] as const);

const searchLengthMax = 256;

export interface QueryDefaults {
  readonly sort: SortWord;
  readonly limit: number;
  readonly limitMax: number;
}

/** Throws a `Problem` that names the parameter. */
export function readClientQuery(query: Query, windows: readonly string[], defaults: QueryDefaults): ClientQuery {
  const status = query.word('status', statuses);
  const server = query.text('server');
  const protocol = query.word('protocol', protocols);
  const window = query.word('window', windows);
  const search = query.text('search');
  const cursor = query.text('cursor');
  const sort = query.word('sort', sortWords) ?? defaults.sort;
  if (search !== null && search.length > searchLengthMax)
    throw new Problem(400, `The parameter "search" is longer than ${searchLengthMax} characters.`);
  return {
    ...(status === null ? {} : { status }),
    ...(server === null ? {} : { server: serverKey(server) }),
    ...(protocol === null ? {} : { protocol }),
    ...(window === null ? {} : { window }),
    ...(search === null ? {} : { search }),
    ...(cursor === null ? {} : { cursor }),
    sort: sort.replace('-', '') as ClientSort,
    descending: sort.startsWith('-'),
    limit: query.integer('limit', { min: 1, max: defaults.limitMax, otherwise: defaults.limit }),
  };
}
