/**
 * The demo's story. EX01 is to be switched off, EX02 takes its place. Sixty known devices move over within four minutes;
 * a copier that only opens connections, three stubborn devices and, after a while, somebody whom nobody knows stay behind.
 * What happened before lies in the logs from the first second: two hours of everyday traffic, and two jobs that have
 * been quiet for days.
 */
import { ipv4, ipv6, type ClientAddress } from './client-address.ts';
import type { DevicePlan } from './device.ts';
import type { LoggedProtocol } from './log-row.ts';
import type { ProfileName } from './profile-name.ts';
import { createRandom } from './random.ts';
import type { ServerPlan } from './server.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const dayMs = 24 * 60 * minuteMs;

/** How far back the logs go, and from when on there is everyday traffic. */
export const storyBackMs = 12 * dayMs;
const everydayBackMs = 120 * minuteMs;
/** Devices move between these times after the story's begin; the stranger comes in between. */
const moveFromMs = 20 * secondMs;
const moveUntilMs = 240 * secondMs;
const strangerMs = 75 * secondMs;

export const storyServers: readonly (ServerPlan & { readonly role: 'legacy' | 'new' })[] = [
  { name: 'EX01', role: 'legacy', ipv4: ipv4('10.20.0.11'), ipv6: ipv6(0x2001, 0xdb8, 0x20, 0, 0, 0, 0, 0x11) },
  {
    name: 'EX02',
    role: 'new',
    ipv4: ipv4('10.20.0.12'),
    ipv6: ipv6(0x2001, 0xdb8, 0x20, 0, 0, 0, 0, 0x12),
    okText: 'OK',
    format: { version: '15.2.1748.10' },
  },
];

/** Addresses of load balancers, for the configuration. */
export const storyBalancers: readonly string[] = ['10.20.0.5'];

interface Fleet {
  readonly label: string;
  readonly count: number;
  readonly profile: ProfileName;
  readonly protocol: LoggedProtocol;
  readonly periodMs: number;
  readonly owner: string;
  readonly address: (index: number) => ClientAddress;
  /** One inventory line for all of them. */
  readonly network?: string;
}

/** The sixty that move. */
export const storyFleets: readonly Fleet[] = [
  {
    label: 'Scanner',
    count: 18,
    profile: 'poll',
    protocol: 'pop3',
    periodMs: 45 * secondMs,
    owner: 'Facilities',
    address: (index) => ipv4(`10.20.30.${10 + index}`),
  },
  {
    label: 'Printer',
    count: 10,
    profile: 'poll',
    protocol: 'imap4',
    periodMs: 60 * secondMs,
    owner: 'Facilities',
    address: (index) => ipv4(`10.20.31.${10 + index}`),
  },
  {
    label: 'Meeting room',
    count: 12,
    profile: 'busy',
    protocol: 'imap4',
    periodMs: 10 * secondMs,
    owner: 'Workplace',
    address: (index) => ipv4(`10.20.40.${20 + index}`),
    network: '10.20.40.0/24',
  },
  {
    label: 'Handheld',
    count: 8,
    profile: 'busy',
    protocol: 'imap4',
    periodMs: 10 * secondMs,
    owner: 'Warehouse',
    address: (index) => ipv6(0x2001, 0xdb8, 0x20, 0x50, 0, 0, 0, 0x100 + index),
    network: '2001:db8:20:50::/64',
  },
  {
    label: 'Alarm panel',
    count: 6,
    profile: 'mistype',
    protocol: 'pop3',
    periodMs: 75 * secondMs,
    owner: 'Security',
    address: (index) => ipv4(`10.20.60.${5 + index}`),
  },
  {
    label: 'Ticket system',
    count: 6,
    profile: 'poll',
    protocol: 'imap4',
    periodMs: 30 * secondMs,
    owner: 'Service desk',
    address: (index) => ipv6(0x2001, 0xdb8, 0x20, 0x70, 0, 0, 0, 0x20 + index),
  },
];

/** Known devices that have a line of their own in the inventory and do not move. */
export interface Straggler {
  readonly label: string;
  readonly owner: string;
  readonly state: 'known' | 'acknowledged';
  readonly note: string;
  readonly device: Omit<DevicePlan, 'name' | 'server'>;
  /** Only one session, this long before the story begins; none afterwards. */
  readonly onceMs?: number;
}

export const storyStragglers: readonly Straggler[] = [
  {
    label: 'Copier, ground floor',
    owner: 'Facilities',
    state: 'acknowledged',
    note: 'TLS too old: it opens and gives up. Replaced in January',
    device: { profile: 'openOnly', protocol: 'imap4', port: 143, address: ipv4('10.20.32.7'), periodMs: 40 * secondMs },
  },
  {
    label: 'Building control',
    owner: 'Facilities',
    state: 'acknowledged',
    note: 'Vendor visit agreed',
    device: { profile: 'poll', protocol: 'pop3', address: ipv4('10.20.61.4'), periodMs: 60 * secondMs },
  },
  {
    label: 'ERP batch',
    owner: 'Finance',
    state: 'known',
    note: 'Moves after the end of the year',
    device: {
      profile: 'poll',
      protocol: 'pop3',
      address: ipv4('10.20.80.15'),
      periodMs: 50 * secondMs,
      users: ['CONTOSO\\svc-erp', 'contoso\\svc-erp'],
    },
  },
  {
    label: 'Backup script',
    owner: 'Operations',
    state: 'known',
    note: 'Its password expired; nobody noticed',
    device: { profile: 'fail', protocol: 'imap4', address: ipv4('10.20.80.22'), periodMs: 70 * secondMs },
  },
  {
    label: 'Payroll export',
    owner: 'Finance',
    state: 'known',
    note: 'Runs on some days of the month only',
    device: { profile: 'poll', protocol: 'pop3', address: ipv4('10.20.80.30') },
    onceMs: 2 * dayMs,
  },
  {
    label: 'Audit mailbox',
    owner: 'Legal',
    state: 'known',
    note: 'Read a few times a year',
    device: { profile: 'poll', protocol: 'imap4', address: ipv4('10.20.80.41') },
    onceMs: 11 * dayMs,
  },
];

/** All devices; `beginMs` is when the story begins (story time), the past lies before it. */
export function storyDevices(seed: number, beginMs: number): DevicePlan[] {
  const random = createRandom(seed, 'story');
  const everyday = (periodMs: number): number => beginMs - everydayBackMs + random.integer(0, periodMs);
  const movers = storyFleets.flatMap((fleet) =>
    Array.from({ length: fleet.count }, (_, index): DevicePlan => {
      const name = `${fleet.label} ${index + 1}`;
      return {
        name,
        profile: fleet.profile,
        protocol: fleet.protocol,
        address: fleet.address(index),
        server: 'EX01',
        users: [`${fleet.label.toLowerCase().replaceAll(' ', '-')}${index + 1}@contoso.test`],
        periodMs: fleet.periodMs,
        fromMs: everyday(fleet.periodMs),
        moves: [{ atMs: beginMs + random.integer(moveFromMs, moveUntilMs), server: 'EX02' }],
      };
    }),
  );
  const stragglers = storyStragglers.map((straggler): DevicePlan => {
    const { device, label, onceMs } = straggler;
    const fromMs = onceMs === undefined ? everyday(device.periodMs ?? minuteMs) : beginMs - onceMs;
    const users = device.users ?? [`svc-${label.toLowerCase().replaceAll(/\W+/g, '-')}`];
    return {
      ...device,
      name: label,
      server: 'EX01',
      users,
      fromMs,
      ...(onceMs === undefined ? {} : { untilMs: fromMs + 1 }),
    };
  });
  return [...movers, ...stragglers, stranger(beginMs), ...infrastructure(beginMs - everydayBackMs)];
}

/** Not in the inventory. */
function stranger(beginMs: number): DevicePlan {
  return {
    name: 'stranger',
    profile: 'poll',
    protocol: 'imap4',
    address: ipv4('10.20.99.77'),
    server: 'EX01',
    users: ['j.doe@contoso.test'],
    periodMs: 35 * secondMs,
    fromMs: beginMs + strangerMs,
  };
}

/** What is no client: health probes, the balancer, and the new server passing on what still lives on the old one. */
function infrastructure(fromMs: number): DevicePlan[] {
  const user = 'HealthMailbox6b1f0a2c9d8e4f73a5c4e2d1b0f98765@contoso.test';
  const probes = ['EX01', 'EX02'].flatMap((server) =>
    (['imap4', 'pop3'] as const).flatMap((protocol): DevicePlan[] => [
      {
        name: `${server} ${protocol} probe`,
        profile: 'probe',
        protocol,
        server,
        fromMs,
        address: ipv4('127.0.0.1'),
        users: [user],
      },
      {
        name: `${server} ${protocol} probe 6`,
        profile: 'probe',
        protocol,
        server,
        fromMs,
        address: ipv6(0, 0, 0, 0, 0, 0, 0, 1),
        users: [user],
      },
      {
        name: `${server} ${protocol} balancer`,
        profile: 'knock',
        protocol,
        server,
        fromMs,
        address: ipv4('10.20.0.5'),
      },
    ]),
  );
  const passedOn: DevicePlan = {
    name: 'EX02 passes on',
    profile: 'poll',
    protocol: 'imap4',
    server: 'EX01',
    fromMs,
    address: ipv4('10.20.0.12'),
    users: ['board-room', 'reception'],
    periodMs: 90 * secondMs,
  };
  return [...probes, passedOn];
}
