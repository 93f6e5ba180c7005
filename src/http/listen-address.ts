/**
 * Where a server listens, and for which hosts it answers. A page of some web site can make a browser ask this server
 * by a name that resolves to loopback (DNS rebinding); on loopback therefore only names of loopback are answered.
 */
import { isIP } from 'node:net';
import { UserError } from '../runtime/errors.ts';
import type { ServerSecurity } from './security.ts';

export interface ListenAddress {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
}

function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}

/** Throws a UserError unless the address is loopback, the server is protected, or an open one was asked for. */
export function refuseOpenListen(listen: ListenAddress, security: ServerSecurity, allowInsecure: boolean): void {
  if (isLoopbackHost(listen.host) || allowInsecure) return;
  const encrypted = security.tls !== null;
  const authenticates = security.clientCertificates || security.users !== null;
  if (encrypted && authenticates) return;
  const lack = encrypted ? 'no authentication' : authenticates ? 'no TLS' : 'neither TLS nor authentication';
  throw new UserError(`${addressText(listen)} can be reached from other machines, and this server has ${lack}.`, {
    remedy:
      'Listen on loopback (--listen 127.0.0.1:PORT) behind a proxy, name a file with both by --web-config-file, ' +
      'or pass --allow-insecure-listen.',
  });
}

/** Whether the `Host` header names this server. Only HTTP/1.0 clients leave it out, and no browser is one. */
export function answersHost(listen: ListenAddress, header: string | undefined): boolean {
  if (header === undefined || !isLoopbackHost(listen.host)) return true;
  const host = /^(?:\[(?<ipv6>[0-9a-f:.]+)\]|(?<name>[^:[\]]+))(?::\d{1,5})?$/i.exec(header)?.groups;
  return host !== undefined && isLoopbackHost(host['ipv6'] ?? host['name'] ?? '');
}

export function addressText({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What a failed `listen` means for the person who started it. */
export function listenError(error: unknown, listen: ListenAddress): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const address = addressText(listen);
  const another = 'another address with --listen HOST:PORT.';
  if (code === 'EADDRINUSE') {
    return new UserError(`${address} is already in use.`, {
      remedy: `Stop the program that uses it, or choose ${another}`,
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new UserError(`${address} may not be used by this account.`, { remedy: `Choose ${another}`, cause: error });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new UserError(`${address} is no address of this machine.`, { remedy: `Choose ${another}`, cause: error });
  }
  return error;
}
