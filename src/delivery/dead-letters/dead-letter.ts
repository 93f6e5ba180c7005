/**
 * What can never be counted, put aside so that somebody can look at it: a row that cannot be read, or an event that
 * the broker will not take. First in a durable file of the agent, then, where there is a broker, in a topic; only when
 * it is in the file does a position move past it.
 */
import { createHash } from 'node:crypto';
import type { Protocol } from '../../event/protocol.ts';
import { visibleText } from '../../runtime/visible-text.ts';

export interface DeadLetter {
  /** The same for the same thing, whenever it is met again: what is doubled is known by it. */
  readonly key: string;
  readonly kind: 'row' | 'event';
  /** Wall clock when it was put aside. */
  readonly at: number;
  readonly reason: string;
  readonly server: string;
  readonly protocol: Protocol;
  readonly lane: string;
  /** Of the log, and where in it the row begins and how long it is, or where the event's first row begins. */
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** As much of it as is kept; null = withheld. */
  readonly content: Buffer | null;
}

/** Where dead letters go. */
export interface DeadLetterBox {
  /** Answers how many of them are in the box now, those that were there before included. Never rejects. */
  keep(letters: readonly DeadLetter[]): Promise<number>;
}

/** Kept of one letter's content. */
export const contentBytesMax = { row: 1024, event: 64 * 1024 } as const;

/** 128 bits of a hash over the parts. */
export function letterKey(...parts: readonly (string | number | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(typeof part === 'number' ? String(part) : part).update('\0');
  return hash.digest('base64url').slice(0, 22);
}

/** One line of NDJSON with its line end, harmless for a terminal. */
export function letterLine(letter: DeadLetter, agent: string): string {
  const { content, at, ...rest } = letter;
  const max = contentBytesMax[letter.kind];
  const line = JSON.stringify({
    ...rest,
    at: new Date(at).toISOString(),
    agent,
    ...(content === null ? {} : contentText(wholeCharacters(content, max))),
    ...(content !== null && content.length > max ? { cut: true } : {}),
  });
  return `${visibleText(line)}\n`;
}

/** Bytes that are no text would not come out of JSON as they went in. */
function contentText(content: Buffer): { readonly text: string } | { readonly base64: string } {
  const text = content.toString('utf8');
  return Buffer.from(text).equals(content) ? { text } : { base64: content.toString('base64') };
}

/** At most `max` bytes, not ending within a character. */
function wholeCharacters(content: Buffer, max: number): Buffer {
  if (content.length <= max) return content;
  let end = max;
  while (end > max - 4 && ((content[end] ?? 0) & 0xc0) === 0x80) end--;
  return content.subarray(0, end);
}

/** The key of a line, or null where it is no letter. */
export function keyOfLine(line: string): string | null {
  return /^\{"key":"([\w-]{22})"/.exec(line)?.[1] ?? null;
}
