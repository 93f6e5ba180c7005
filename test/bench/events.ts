/** Ordinary events of many clients, each client on one server; the same for the same numbers. */
import type { ConnectionEvent } from '../../src/event/connection-event.ts';

/** Visits every client once in `clients` events when it is no multiple of this prime, in an order without a pattern. */
const stride = 7919;

export function clientOf(index: number, clients: number): number {
  return (index * stride) % clients;
}

export function addressOf(client: number): string {
  return `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`;
}

/** Texts are made anew for each event, as reading and decoding make them. */
export function eventOf(index: number, clients: number, startMs: number): ConnectionEvent {
  const client = clientOf(index, clients);
  const at = startMs + index;
  return {
    protocol: 'pop3',
    server: `EX0${client % 4}`,
    address: addressOf(client),
    clientPort: 1024 + (index % 60_000),
    endpoint: '10.255.0.1:995',
    session: index.toString(16).padStart(16, '0'),
    file: '/logs/Pop3/POP32026112010-1.LOG',
    offset: index,
    opened: 1,
    rows: 6,
    commands: 4,
    loginsSucceeded: 1,
    loginsFailed: 0,
    bytesReceived: 212,
    bytesSent: 48_122,
    first: at,
    last: at + 900,
    users: [`device${client}@contoso.test`],
    hasUser: true,
    failure: null,
  };
}
