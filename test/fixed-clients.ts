/** The devices of the fixed collector, in the middle of a migration and at its end. */
import type { Status } from '../src/collector/views.ts';
import type { Protocol } from '../src/event/protocol.ts';

export interface FixedClient {
  readonly address: string;
  readonly status: Status;
  readonly label?: string;
  readonly owner?: string;
  readonly users?: readonly string[];
  readonly hints?: readonly string[];
  /** What it calls itself by SMTP. */
  readonly helo?: readonly string[];
  readonly failure?: string;
  readonly seen: readonly { readonly server: string; readonly protocol: Protocol; readonly minutesAgo: number }[];
}

const sites = ['Berlin', 'Hamburg', 'Leipzig', 'München', 'Zürich'];
const kinds = ['Scanner', 'Copier', 'Alarm panel', 'Ticket system', 'Backup job', 'Fax gateway'];

export function migratingClients(): readonly FixedClient[] {
  const devices = Array.from({ length: 60 }, (_, index): FixedClient => {
    const moved = index % 3 !== 0;
    const protocol = index % 4 === 0 ? 'imap4' : 'pop3';
    const kind = kinds[index % kinds.length]!;
    const later = { server: 'EX02', protocol, minutesAgo: 1 + index } as const;
    const earlier = { server: 'EX01', protocol, minutesAgo: moved ? 2_000 + index * 600 : 2 + index * 3 } as const;
    return {
      address: index % 10 === 9 ? `2001:db8::${index}` : `10.1.${index % 5}.${20 + index}`,
      status: index % 12 === 6 ? 'acknowledged' : 'known',
      label: `${kind} ${sites[index % sites.length]!} ${Math.floor(index / 6) + 1}`,
      owner: index % 2 === 0 ? 'Facilities' : 'IT operations',
      users: [`svc-${kind.toLowerCase().replaceAll(' ', '-')}${index}`],
      seen: moved ? [later, earlier] : [earlier],
    };
  });
  return [
    ...devices,
    {
      address: '10.1.9.77',
      status: 'unknown',
      users: ['CONTOSO\\scan-legacy'],
      hints: ['logins fail'],
      failure: '-ERR Logon failure: unknown user name or bad password.',
      seen: [{ server: 'EX01', protocol: 'pop3', minutesAgo: 3 }],
    },
    {
      address: '10.1.9.80',
      status: 'unknown',
      hints: ['opens only'],
      seen: [{ server: 'EX01', protocol: 'imap4', minutesAgo: 44 }],
    },
    {
      address: '127.0.0.1',
      status: 'probe',
      seen: [
        { server: 'EX01', protocol: 'pop3', minutesAgo: 0 },
        { server: 'EX02', protocol: 'pop3', minutesAgo: 0 },
      ],
    },
    { address: '10.0.0.2', status: 'proxied', seen: [{ server: 'EX01', protocol: 'imap4', minutesAgo: 6 }] },
  ];
}

/** All that is left once the migration is done. */
export function movedClients(): readonly FixedClient[] {
  return migratingClients()
    .filter((client) => client.status !== 'unknown')
    .map((client) => ({ ...client, seen: client.seen.filter(({ server }) => server === 'EX02') }))
    .filter((client) => client.seen.length > 0);
}
