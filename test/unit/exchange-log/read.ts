import { ReaderCaches } from '../../../src/exchange-log/reader-caches.ts';
import { readSlice } from '../../../src/exchange-log/slice-reader.ts';
import { type SliceOptions, type SliceResult, startOfFile } from '../../../src/exchange-log/slice.ts';
import { type Sighting, applyEvent, emptySighting, sightingKey } from '../../../src/sighting/sighting.ts';
import type { ConnectionEvent } from '../../../src/event/connection-event.ts';

export const header = 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context';

/** Shared, since caches never change an answer; a property that they did would show. */
const caches = new ReaderCaches();

export function sliceOptions(change: Partial<SliceOptions> = {}): SliceOptions {
  return { protocol: 'pop3', server: 'EX01', file: 'POP3.LOG', finished: false, caches, ...change };
}

/** Reads a whole file in one slice. */
export function read(content: string | Buffer, change: Partial<SliceOptions> = {}): SliceResult {
  return readSlice(startOfFile, typeof content === 'string' ? Buffer.from(content) : content, 0, sliceOptions(change));
}

export interface RowParts {
  readonly time?: string;
  readonly session?: string;
  readonly sequence?: number | string;
  readonly local?: string;
  readonly client?: string;
  readonly user?: string;
  readonly received?: number | string;
  readonly sent?: number | string;
  readonly command?: string;
  readonly parameters?: string;
  readonly context?: string;
}

/** One row in the default columns, with CRLF; texts go in as they are, quoting is up to the test. */
export function row(parts: RowParts = {}): string {
  const fields = [
    parts.time ?? '2026-11-20T10:00:01.204Z',
    parts.session ?? '00000000000000E2',
    parts.sequence ?? 1,
    parts.local ?? '10.0.0.1:995',
    parts.client ?? '10.1.2.3:51234',
    parts.user ?? '',
    3,
    parts.received ?? 0,
    parts.sent ?? 0,
    parts.command ?? 'stat',
    parts.parameters ?? '',
    parts.context ?? '',
  ];
  return `${fields.join(',')}\r\n`;
}

/** The problems of a slice as `reason -> count`. */
export function problemCounts(result: SliceResult): Record<string, number> {
  return Object.fromEntries(result.problems.map(({ reason, count }) => [reason, count]));
}

/** All that is known of each client after these events, in plain values. */
export function sightingsOf(events: readonly ConnectionEvent[]): Record<string, object> {
  const sightings = new Map<string, Sighting>();
  for (const event of events) {
    const key = sightingKey(event.protocol, event.server, event.address);
    const sighting = sightings.get(key) ?? emptySighting(event.protocol, event.server, event.address, 'all');
    sightings.set(key, sighting);
    applyEvent(sighting, event);
  }
  const plain = [...sightings].map(
    ([key, { users, endpoints, smtp, ...rest }]) =>
      [key, { ...rest, users: users.values(), endpoints: endpoints.values(), smtp: plainSmtp(smtp) }] as const,
  );
  return Object.fromEntries(plain);
}

function plainSmtp(smtp: Sighting['smtp']): object | null {
  return smtp === undefined
    ? null
    : { ...smtp, helo: smtp.helo.values(), senders: smtp.senders.values(), connectors: smtp.connectors.values() };
}
