/**
 * The records of the state topic. Keys say what a record is about, values hold it; both are compact, because the
 * number and the size of records decide how long a restore takes. The topic belongs to one group of collectors:
 * positions and owners name it, and another group's state is refused.
 *
 * Whoever can write to the topic can write anything, so nothing is believed that this file would not have written.
 */
import { isProtocol } from '../../../event/protocol.ts';
import type { Protocol } from '../../../event/protocol.ts';
import { decodeSighting, encodeSighting, UnreadableSighting } from '../../../sighting/codec.ts';
import { sightingKey } from '../../../sighting/sighting.ts';
import type { Sighting } from '../../../sighting/sighting.ts';
import type { LossRecord } from './loss-record.ts';
import { lossKey } from './loss-record.ts';
import type { Mark, Place } from './marks.ts';
import type { Position } from './position.ts';

export const stateVersion = 1;

export type StateRecord =
  | { readonly kind: 'sighting'; readonly sighting: Sighting; readonly firstSeenLive: boolean }
  | { readonly kind: 'mark'; readonly mark: Mark }
  | { readonly kind: 'mark gone'; readonly lane: string; readonly run: string }
  | { readonly kind: 'position'; readonly group: string; readonly position: Position }
  /** A barrier: whoever wrote it owns the partition from here on, until the next one. */
  | { readonly kind: 'owner'; readonly group: string; readonly collector: string; readonly at: number }
  | { readonly kind: 'loss'; readonly loss: LossRecord }
  | { readonly kind: 'loss gone'; readonly key: string };

export interface EncodedRecord {
  readonly key: string;
  /** Null is a tombstone. */
  readonly value: string | null;
}

/** A record of the state topic that cannot be used; the message says why. */
export class UnreadableState extends Error {
  override readonly name = 'UnreadableState';
  /** Written by a newer version of the program. */
  readonly newer: boolean;

  constructor(message: string, newer = false) {
    super(message);
    this.newer = newer;
  }
}

export function encodeState(record: StateRecord): EncodedRecord {
  switch (record.kind) {
    case 'sighting': {
      const { sighting } = record;
      const key = `s\t${sightingKey(sighting.protocol, sighting.server, sighting.address)}`;
      return { key, value: encodeSighting(sighting) };
    }
    case 'mark': {
      const { lane, run, runFirst, slice, offset, record: at, at: timestamp } = record.mark;
      return { key: `m\t${lane}\t${run}`, value: array(runFirst, slice, offset, at, timestamp) };
    }
    case 'mark gone':
      return { key: `m\t${record.lane}\t${record.run}`, value: null };
    case 'position':
      return { key: 'p', value: array(record.group, record.position.offset, record.position.fingerprint) };
    case 'owner':
      return { key: 'o', value: array(record.group, record.collector, record.at) };
    case 'loss': {
      const { server, protocol, at, count, detail, upTo } = record.loss;
      const place = upTo === null ? null : [upTo.slice, upTo.offset];
      return { key: `l\t${lossKey(record.loss)}`, value: array(server, protocol, at, count, detail, place) };
    }
    case 'loss gone':
      return { key: `l\t${record.key}`, value: null };
  }
}

function array(...fields: readonly unknown[]): string {
  return JSON.stringify([stateVersion, ...fields]);
}

/**
 * The record behind a key and a value. Null for a tombstone of something that is never forgotten singly.
 * @throws UnreadableState
 */
export function decodeState(key: string, value: string | null): StateRecord | null {
  const [kind = '', ...about] = key.split('\t');
  switch (kind) {
    case 's':
      return value === null ? null : sightingRecord(about.join('\t'), value);
    case 'm': {
      if (about.length !== 2) throw new UnreadableState(`the key of a mark names ${about.length} things`);
      const [lane, run] = about as [string, string];
      return value === null ? { kind: 'mark gone', lane, run } : { kind: 'mark', mark: mark(lane, run, value) };
    }
    case 'p': {
      if (value === null) return null;
      const [group, offset, fingerprint] = fields(value, 3);
      const position = { offset: count(offset), fingerprint: fingerprint === null ? null : text(fingerprint) };
      return { kind: 'position', group: text(group), position };
    }
    case 'o': {
      if (value === null) return null;
      const [group, collector, at] = fields(value, 3);
      return { kind: 'owner', group: text(group), collector: text(collector), at: count(at) };
    }
    case 'l':
      if (about.length !== 3) throw new UnreadableState(`the key of a loss names ${about.length} things`, true);
      return value === null ? { kind: 'loss gone', key: about.join('\t') } : { kind: 'loss', loss: loss(about, value) };
    default:
      throw new UnreadableState(`a record of an unknown kind (${JSON.stringify(kind.slice(0, 20))})`, true);
  }
}

function sightingRecord(key: string, value: string): StateRecord {
  try {
    const sighting = decodeSighting(value);
    if (sightingKey(sighting.protocol, sighting.server, sighting.address) !== key) {
      throw new UnreadableState('a sighting under the key of another');
    }
    return { kind: 'sighting', sighting, firstSeenLive: false };
  } catch (error) {
    if (error instanceof UnreadableSighting) throw new UnreadableState(`a sighting: ${error.message}`, error.newer);
    throw error;
  }
}

function mark(lane: string, run: string, value: string): Mark {
  const [runFirst, slice, offset, record, at] = fields(value, 5).map(count) as [number, number, number, number, number];
  return { lane, run, runFirst, slice, offset, record, at };
}

const lossKinds: ReadonlySet<string> = new Set(['position lost', 'event gap', 'state history', 'partition count']);

function loss(about: readonly string[], value: string): LossRecord {
  const [kind, lane, subject] = about;
  if (kind === undefined || !lossKinds.has(kind)) {
    throw new UnreadableState('a loss of an unknown kind', true);
  }
  const [server, protocol, at, times, detail, upTo] = fields(value, 6);
  return {
    kind: kind as LossRecord['kind'],
    lane: lane ?? '',
    subject: subject ?? '',
    server: text(server),
    protocol: protocolOrBlank(protocol),
    at: count(at),
    count: count(times),
    detail: text(detail),
    upTo: upTo === null ? null : place(upTo),
  };
}

function place(value: unknown): Place {
  if (!Array.isArray(value) || value.length !== 2) throw new UnreadableState('a place is no slice and offset');
  return { slice: count(value[0]), offset: count(value[1]) };
}

function protocolOrBlank(value: unknown): Protocol | '' {
  const name = text(value);
  if (name !== '' && !isProtocol(name)) throw new UnreadableState('a protocol that is not known', true);
  return name;
}

function fields(value: string, expected: number): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw new UnreadableState('a value is no JSON');
  }
  if (!Array.isArray(parsed)) throw new UnreadableState('a value is no list');
  const [version, ...rest] = parsed as unknown[];
  if (typeof version === 'number' && version > stateVersion) {
    throw new UnreadableState(`a record of version ${version}, this program knows up to ${stateVersion}`, true);
  }
  if (version !== stateVersion || rest.length !== expected) throw new UnreadableState('a value has the wrong shape');
  return rest;
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new UnreadableState('a number is none');
  return value as number;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new UnreadableState('a text is none');
  return value;
}
