/**
 * Headers of a chunk on the wire: one Kafka header each, decimal numbers, UTF-8. Whoever can write to the topic can
 * write anything, so nothing is believed that does not fit together.
 */
import type { ChunkHeaders } from './chunk.ts';
import type { IHeaders } from './client.ts';

export const chunkSchema = 1;

/** So that Logstash, Vector and others read chunks as they are. */
const chunkContentType = 'application/x-ndjson';

export type ChunkFault = 'missing header' | 'unreadable header' | 'newer schema' | 'contradiction';

/** A record of the topic that is no chunk, and why. The record is refused; a retry does not help. */
export class ChunkError extends Error {
  readonly fault: ChunkFault;

  constructor(fault: ChunkFault, detail: string) {
    super(`${fault}: ${detail}`);
    this.name = 'ChunkError';
    this.fault = fault;
  }
}

export function encodeHeaders(headers: ChunkHeaders): Record<string, string> {
  const { previous } = headers;
  return {
    'content-type': chunkContentType,
    schema: String(headers.schema),
    lane: headers.lane,
    run: headers.run,
    runFirst: String(headers.runFirst),
    slice: String(headers.slice),
    firstOffset: String(headers.firstOffset),
    lastOffset: String(headers.lastOffset),
    prev: previous === null ? '' : `${previous.slice}:${previous.offset}`,
    partitions: String(headers.partitions),
    readingBack: headers.readingBack ? '1' : '0',
    agent: headers.agentName,
  };
}

/**
 * The headers of a record that was read from `partition`.
 * @throws ChunkError
 */
export function decodeHeaders(wire: IHeaders | undefined, partition: number): ChunkHeaders {
  const text = (name: string): string => headerText(wire, name);
  const schema = wholeNumber('schema', text('schema'));
  if (schema > chunkSchema) throw new ChunkError('newer schema', `${schema}, this program reads ${chunkSchema}`);
  const readingBack = text('readingBack');
  if (readingBack !== '0' && readingBack !== '1') throw unreadable('readingBack', readingBack);
  const headers: ChunkHeaders = {
    schema,
    lane: identifier('lane', text('lane')),
    run: identifier('run', text('run')),
    runFirst: wholeNumber('runFirst', text('runFirst')),
    slice: wholeNumber('slice', text('slice')),
    firstOffset: wholeNumber('firstOffset', text('firstOffset')),
    lastOffset: wholeNumber('lastOffset', text('lastOffset')),
    previous: previousEvent(text('prev')),
    partitions: wholeNumber('partitions', text('partitions')),
    readingBack: readingBack === '1',
    agentName: text('agent'),
  };
  refuseContradiction(headers, partition);
  return headers;
}

/** Long enough for every text that a header holds. */
const headerBytesMax = 1024;

function headerText(wire: IHeaders | undefined, name: string): string {
  const value = wire !== undefined && Object.hasOwn(wire, name) ? wire[name] : undefined;
  if (value === undefined) throw new ChunkError('missing header', name);
  if (Array.isArray(value)) throw new ChunkError('unreadable header', `${name} is there ${value.length} times`);
  if (value.length > headerBytesMax) throw new ChunkError('unreadable header', `${name} has ${value.length} bytes`);
  const text = value.toString();
  if (typeof value !== 'string' && !Buffer.from(text).equals(value)) throw unreadable(name, text);
  return text;
}

const wholeNumberShape = /^(?:0|[1-9]\d{0,15})$/;

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!wholeNumberShape.test(text) || !Number.isSafeInteger(value)) throw unreadable(name, text);
  return value;
}

const identifierShape = /^[\w-]{1,64}$/;

function identifier(name: string, text: string): string {
  if (!identifierShape.test(text)) throw unreadable(name, text);
  return text;
}

function previousEvent(text: string): ChunkHeaders['previous'] {
  if (text === '') return null;
  const [slice, offset, ...more] = text.split(':');
  if (slice === undefined || offset === undefined || more.length > 0) throw unreadable('prev', text);
  return { slice: wholeNumber('prev', slice), offset: wholeNumber('prev', offset) };
}

function refuseContradiction(headers: ChunkHeaders, partition: number): void {
  const { slice, firstOffset, lastOffset, previous } = headers;
  if (firstOffset > lastOffset) throw new ChunkError('contradiction', `offsets ${firstOffset} to ${lastOffset}`);
  if (headers.runFirst > slice) {
    throw new ChunkError('contradiction', `slice ${slice} of a run that begins at ${headers.runFirst}`);
  }
  if (partition >= headers.partitions) {
    throw new ChunkError('contradiction', `partition ${partition} of ${headers.partitions}`);
  }
  if (previous !== null && (previous.slice > slice || (previous.slice === slice && previous.offset >= firstOffset))) {
    throw new ChunkError('contradiction', `follows slice ${previous.slice}, offset ${previous.offset}`);
  }
}

function unreadable(name: string, text: string): ChunkError {
  return new ChunkError('unreadable header', `${name} is ${JSON.stringify(text.slice(0, 80))}`);
}
