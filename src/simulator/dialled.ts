import { ipv6, mappedIpv4, type ClientAddress } from './client-address.ts';
import type { LoggedEndpoint, LoggedProtocol } from './log-row.ts';
import { ownAddress, type ServerPlan } from './server.ts';

/** The server's end of a connection: of the client's family, loopback for loopback, mapped for a dual-stack socket. */
export function dialled(
  server: ServerPlan,
  protocol: LoggedProtocol,
  client: ClientAddress,
  port?: number,
): LoggedEndpoint {
  return { address: addressTowards(server, client), port: port ?? (protocol === 'pop3' ? 995 : 993) };
}

function addressTowards(server: ServerPlan, client: ClientAddress): ClientAddress {
  if (client.canonical === '::1' || client.canonical.startsWith('127.')) return client;
  if (client.family === 6) return server.ipv6 ?? ipv6(0xfd00, 0, 0, 0, 0, 0, 0, 1);
  const own = ownAddress(server);
  return client.logged === client.canonical ? own : mappedIpv4(own.canonical);
}
