/** What protects a server that others can reach: who it is, and who may come. */
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:tls';
import type { Logger } from '../telemetry/logger.ts';

/** PEM, in the words of `node:tls`. */
export interface ServerTlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Who signs the certificates of clients. */
  readonly ca?: Buffer;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

export interface ServerSecurity {
  /** Null = unencrypted. Asked again as connections come, so that renewed certificates need no restart. May throw. */
  readonly tls: (() => ServerTlsFiles) | null;
  /** Only clients with a certificate that `ca` has signed are let in. */
  readonly clientCertificates: boolean;
}

export const noSecurity: ServerSecurity = { tls: null, clientCertificates: false };

const lookEveryMs = 1000;

function same(a: ServerTlsFiles, b: ServerTlsFiles): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key) && (a.ca ?? a.cert).equals(b.ca ?? b.cert);
}

/**
 * Looks, at most once a second and only when somebody comes, whether other certificates lie there, and takes them for
 * all connections from then on. Where they cannot be used (half of a pair is there) the old ones stay, and it is said.
 */
export function renewCertificates(
  server: Server,
  { tls, first, now, log }: { tls: () => ServerTlsFiles; first: ServerTlsFiles; now: () => number; log: Logger },
): void {
  let inForce = first;
  let lookedAt = now();
  let lastFailure = '';
  server.prependListener('connection', () => {
    if (now() - lookedAt < lookEveryMs) return;
    lookedAt = now();
    try {
      const found = tls();
      if (same(found, inForce)) return;
      (server as unknown as TlsServer).setSecureContext(found);
      inForce = found;
      lastFailure = '';
      log.info({}, 'the certificates of the HTTP server were changed, and are in force');
    } catch (error) {
      const { message } = error as Error;
      const said = 'new certificates of the HTTP server cannot be used, and the old ones stay';
      if (message !== lastFailure) log.warn({ error: message }, said);
      lastFailure = message;
    }
  });
}
