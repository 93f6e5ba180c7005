import { canonicalAddress } from './address.ts';

/** One end of a connection: a canonical address and a port. */
export interface Endpoint {
  readonly address: string;
  /** 0 when the text named none. */
  readonly port: number;
}

/** `10.0.0.1:995`, `[2001:db8::1]:995`. */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Reads `192.168.3.212:993`, `[::1]:993`, `[fe80::1%12]:993`, split at the last colon, or an address alone; null when
 * either part is none.
 */
export function parseEndpoint(text: string): Endpoint | null {
  const colon = text.lastIndexOf(':');
  if (colon !== -1 && !text.endsWith(']')) {
    const address = canonicalAddress(text.slice(0, colon));
    const port = parsePort(text, colon + 1);
    if (address !== null && port !== -1) {
      return { address, port };
    }
  }
  const address = canonicalAddress(text);
  return address === null ? null : { address, port: 0 };
}

function parsePort(text: string, start: number): number {
  if (start >= text.length || text.length - start > 5) {
    return -1;
  }
  let port = 0;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    port = port * 10 + digit;
  }
  return port > 65_535 ? -1 : port;
}
