/** The spellings that settings share: durations, sizes, addresses, `host:port`. Each refuses with a sentence. */
import { z } from 'zod';
import { parseAddressRange } from '../inventory/address-range.ts';
import { parseDuration } from '../runtime/duration.ts';
import { parseSize } from '../runtime/size.ts';
import { parseCanaryAddress } from './canary-address.ts';

function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
}

/** Milliseconds, written as `10s 5m 1h 24h 7d`. */
export const duration = parsed(parseDuration);

/** Bytes, written as `32MiB`. */
export const size = parsed(parseSize);

/** A duration whose spelling is kept: it names the window in the API and as a metric label. */
export const windowLength = parsed((text) => ({ text, ms: parseDuration(text) }));

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:9471`, `[::1]:9471`, `name:9471`. Throws with a sentence. */
function parseHostPort(text: string): HostPort {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || port > 65_535) throw new Error(`"${text}" is not HOST:PORT (as 127.0.0.1:9471 or [::1]:9471)`);
  return { host: match[1] ?? match[2] ?? '', port };
}

export const hostPort = parsed(parseHostPort);

/** `HOST:PORT` kept as text, as Kafka's clients take it. */
export const broker = parsed((text) => {
  parseHostPort(text);
  return text;
});

/** An address, a CIDR or a range, kept as text: lists of our own machines. */
export const addressOrCidr = parsed((text) => {
  parseAddressRange(text);
  return text;
});

/** Where a canary connects to. */
export const canaryAddress = parsed(parseCanaryAddress);

/** At least a minute: a canary has that long to come back, and nobody's server is to be pestered. */
export const canaryPause = parsed((text) => {
  const ms = parseDuration(text);
  if (ms < 60_000) throw new Error(`"${text}" is too often for a canary: a minute is the least`);
  return ms;
});

/** One address, kept as text. */
export const oneAddress = parsed((text) => {
  const { first, last } = parseAddressRange(text);
  if (first !== last) throw new Error(`"${text}" is more than one address`);
  return text;
});
