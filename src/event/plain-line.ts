/**
 * Reads a line that is as `encodeEvent` writes it, from its bytes and without the object that `JSON.parse` makes of it:
 * nearly every line of a topic is such a one. Whatever is not (another order of the fields, blanks, a character beyond
 * ASCII or escaped, a failure, facts of SMTP, a text or a number that might be too long) is left to `decodeEvent`, which
 * also says what is wrong. What is read here, it would read just so.
 */
import { isCanonicalAddress } from './address.ts';
import { type ConnectionEvent, eventUsersMax, textCodePointsMax } from './connection-event.ts';
import { formatEndpoint } from './endpoint.ts';
import type { Protocol } from './protocol.ts';
import { addressCharactersMax, fileCharactersMax, portMax } from './schema.ts';
import { serverKey } from './server-key.ts';
import { parseTimeText } from './time-text.ts';

const quote = 34;
const backslash = 92;
const zero = 48;
const blank = 32;
const asciiMax = 126;
/** So many digits are a safe integer for certain. */
const digitsMax = 15;
const timeCharacters = '2026-11-20T10:00:01.204Z'.length;
const minuteCharacters = '2026-11-20T10:00:'.length;

/** A text of the format, as bytes to compare with. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

const parts = {
  start: bytesOf('{"@timestamp":"'),
  pop3: bytesOf('","event":{"dataset":"exchange.pop3","start":"'),
  imap4: bytesOf('","event":{"dataset":"exchange.imap4","start":"'),
  end: bytesOf('","end":"'),
  success: bytesOf('","outcome":"success"},"host":{"name":"'),
  failure: bytesOf('","outcome":"failure"},"host":{"name":"'),
  noOutcome: bytesOf('"},"host":{"name":"'),
  pop3Client: bytesOf(',"network":{"protocol":"pop3"},"client":{"ip":"'),
  imap4Client: bytesOf(',"network":{"protocol":"imap4"},"client":{"ip":"'),
  hostEnd: bytesOf('}'),
  port: bytesOf(',"port":'),
  bytes: bytesOf(',"bytes":'),
  server: bytesOf('},"server":{'),
  ip: bytesOf('"ip":"'),
  comma: bytesOf(','),
  ownBytes: bytesOf('"bytes":'),
  clientEnd: bytesOf('},'),
  user: bytesOf('"user":{"name":"'),
  related: bytesOf('},"related":{"user":["'),
  nextUser: bytesOf(',"'),
  usersEnd: bytesOf(']},'),
  file: bytesOf('"log":{"file":{"path":"'),
  offset: bytesOf('},"offset":'),
  straggler: bytesOf('},"straggler":{'),
  session: bytesOf('"session":"'),
  rows: bytesOf('"rows":'),
  commands: bytesOf(',"commands":'),
  opened: bytesOf(',"opened":'),
  auth: bytesOf(',"auth":{"succeeded":'),
  failed: bytesOf(',"failed":'),
  authEnd: bytesOf('}'),
  hasUser: bytesOf(',"hasUser":true'),
  lineEnd: bytesOf('}}'),
} as const;

/** Thrown nowhere else and caught here: the line is no plain one. One object, since nobody asks where it was. */
const notPlain = new Error('the line is no plain one');

/** Texts that were read lately and are the same mostly: the text of the same bytes is not made again. */
class LastText {
  #bytes: Uint8Array = new Uint8Array(0);
  text = '';

  is(bytes: Uint8Array, from: number, to: number): boolean {
    const known = this.#bytes;
    if (to - from !== known.length || known.length === 0) return false;
    for (let index = 0; index < known.length; index++) if (bytes[from + index] !== known[index]) return false;
    return true;
  }

  keep(bytes: Uint8Array, from: number, to: number, text: string): string {
    this.#bytes = bytes.slice(from, to);
    this.text = text;
    return text;
  }
}

/** The same of a few texts: the lines of one agent may be of several servers in turn. */
class FewTexts {
  readonly #texts: readonly LastText[] = Array.from({ length: 8 }, () => new LastText());
  #oldest = 0;

  find(bytes: Uint8Array, from: number, to: number): string | null {
    for (const one of this.#texts) if (one.is(bytes, from, to)) return one.text;
    return null;
  }

  keep(bytes: Uint8Array, from: number, to: number, text: string): string {
    this.#oldest = (this.#oldest + 1) % this.#texts.length;
    return (this.#texts[this.#oldest] as LastText).keep(bytes, from, to, text);
  }
}

/** Keeps the texts that come again and again; one reader can read all lines. */
export class PlainLineReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #servers = new FewTexts();
  readonly #file = new LastText();
  readonly #endpoints = new FewTexts();
  /** The minute of the time that was read last, and when it began. */
  readonly #minute = new LastText();
  #minuteAt = 0;
  /** What the head of the line says. */
  #protocol: Protocol = 'pop3';
  #server = '';
  #first = 0;
  #last = 0;

  /** The event of the line in these bytes, from `from` to before `to`; null if it is no plain one. */
  read(bytes: Buffer, from: number, to: number): ConnectionEvent | null {
    this.#bytes = bytes;
    this.#at = from;
    try {
      const event = this.#event();
      return this.#at === to ? event : null;
    } catch (error) {
      if (error !== notPlain) throw error;
      return null;
    }
  }

  #event(): ConnectionEvent {
    this.#readHead();
    const [protocol, server, first, last] = [this.#protocol, this.#server, this.#first, this.#last];
    const address = this.#address();
    this.#pass(parts.port);
    const clientPort = this.#count(portMax);
    this.#pass(parts.bytes);
    const bytesReceived = this.#count();
    this.#pass(parts.server);
    const endpoint = this.#passes(parts.ip) ? this.#endpointText() : null;
    this.#pass(parts.ownBytes);
    const bytesSent = this.#count();
    this.#pass(parts.clientEnd);
    const users = this.#users();
    this.#pass(parts.file);
    const file = this.#fileName();
    this.#pass(parts.offset);
    const offset = this.#count();
    this.#pass(parts.straggler);
    const session = this.#session();
    this.#pass(parts.rows);
    const rows = this.#count();
    if (rows === 0) throw notPlain;
    this.#pass(parts.commands);
    const commands = this.#count();
    this.#pass(parts.opened);
    const opened = this.#count();
    const hasLogins = this.#passes(parts.auth);
    const loginsSucceeded = hasLogins ? this.#count() : 0;
    if (hasLogins) this.#pass(parts.failed);
    const loginsFailed = hasLogins ? this.#count() : 0;
    if (hasLogins) this.#pass(parts.authEnd);
    const hasUser = this.#passes(parts.hasUser) || users.length > 0;
    this.#pass(parts.lineEnd);
    return {
      protocol,
      server,
      address,
      clientPort,
      endpoint,
      session,
      file,
      offset,
      opened,
      rows,
      commands,
      loginsSucceeded,
      loginsFailed,
      bytesReceived,
      bytesSent,
      first,
      last,
      users,
      hasUser,
      failure: null,
    };
  }

  /** Times, server and protocol, up to the client's address. */
  #readHead(): void {
    this.#pass(parts.start);
    const stamp = this.#at;
    this.#at += timeCharacters;
    const isPop3 = this.#passes(parts.pop3);
    if (!isPop3) this.#pass(parts.imap4);
    this.#protocol = isPop3 ? 'pop3' : 'imap4';
    this.#first = this.#time();
    this.#pass(parts.end);
    this.#sameAs(stamp);
    this.#last = this.#time();
    if (this.#first > this.#last) throw notPlain;
    if (!this.#passes(parts.noOutcome) && !this.#passes(parts.success)) this.#pass(parts.failure);
    this.#server = this.#serverName();
    this.#pass(parts.hostEnd);
    this.#pass(isPop3 ? parts.pop3Client : parts.imap4Client);
  }

  #session(): string | null {
    if (!this.#passes(parts.session)) return null;
    const session = this.#text();
    this.#pass(parts.comma);
    return session;
  }

  #passes(part: Uint8Array): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    for (let index = 0; index < part.length; index++) if (bytes[at + index] !== part[index]) return false;
    this.#at = at + part.length;
    return true;
  }

  #pass(part: Uint8Array): void {
    if (!this.#passes(part)) throw notPlain;
  }

  /** `@timestamp` says the same as `event.end`, at which we are. */
  #sameAs(stamp: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    for (let index = 0; index < timeCharacters; index++) if (bytes[stamp + index] !== bytes[at + index]) throw notPlain;
  }

  #time(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    const secondsStart = start + minuteCharacters;
    this.#at += timeCharacters;
    if (!this.#minute.is(bytes, start, secondsStart)) {
      const time = parseTimeText(this.#latin1(start, this.#at));
      if (time === null) throw notPlain;
      this.#minute.keep(bytes, start, secondsStart, '');
      this.#minuteAt = Math.floor(time / 60_000) * 60_000;
    }
    const tens = this.#digit(secondsStart);
    const ones = this.#digit(secondsStart + 1);
    const millis =
      this.#digit(secondsStart + 3) * 100 + this.#digit(secondsStart + 4) * 10 + this.#digit(secondsStart + 5);
    // A point, and the Z of UTC.
    if (tens > 5 || bytes[secondsStart + 2] !== 46 || bytes[secondsStart + 6] !== 90) throw notPlain;
    return this.#minuteAt + (tens * 10 + ones) * 1000 + millis;
  }

  #digit(at: number): number {
    const digit = (this.#bytes[at] as number) - zero;
    if (!(digit >= 0 && digit <= 9)) throw notPlain;
    return digit;
  }

  /** A whole number, as JSON writes it. */
  #count(max = Number.MAX_SAFE_INTEGER): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let value = 0;
    let at = start;
    for (; at - start <= digitsMax; at++) {
      const digit = (bytes[at] as number) - zero;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    const digits = at - start;
    if (digits === 0 || digits > digitsMax || value > max) throw notPlain;
    if (digits > 1 && bytes[start] === zero) throw notPlain;
    this.#at = at;
    return value;
  }

  /** Passes the rest of a text and the quote behind it; answers where the text ended. */
  #passText(charactersMax: number): number {
    const bytes = this.#bytes;
    const limit = this.#at + charactersMax;
    for (let at = this.#at; at <= limit; at++) {
      const byte = bytes[at] as number;
      if (byte === quote) {
        this.#at = at + 1;
        return at;
      }
      if (!(byte >= blank && byte <= asciiMax) || byte === backslash) throw notPlain;
    }
    throw notPlain;
  }

  /** A text that is not blank. */
  #text(): string {
    const start = this.#at;
    const end = this.#passText(textCodePointsMax);
    if (end === start) throw notPlain;
    return this.#latin1(start, end);
  }

  /** The bytes are ASCII. */
  #latin1(from: number, to: number): string {
    return this.#bytes.toString('latin1', from, to);
  }

  #address(): string {
    const start = this.#at;
    const text = this.#latin1(start, this.#passText(addressCharactersMax));
    if (!isCanonicalAddress(text)) throw notPlain;
    return text;
  }

  #serverName(): string {
    const start = this.#at;
    const end = this.#passText(textCodePointsMax);
    const known = this.#servers.find(this.#bytes, start, end);
    if (known !== null) return known;
    const text = this.#latin1(start, end);
    if (text === '' || serverKey(text) !== text) throw notPlain;
    return this.#servers.keep(this.#bytes, start, end, text);
  }

  #fileName(): string {
    const start = this.#at;
    const end = this.#passText(fileCharactersMax);
    if (this.#file.is(this.#bytes, start, end)) return this.#file.text;
    return this.#file.keep(this.#bytes, start, end, this.#latin1(start, end));
  }

  /** Address and port, and the comma behind them. */
  #endpointText(): string {
    const start = this.#at;
    const addressEnd = this.#passText(addressCharactersMax);
    this.#pass(parts.port);
    const port = this.#count(portMax);
    const end = this.#at;
    this.#pass(parts.comma);
    const known = this.#endpoints.find(this.#bytes, start, end);
    if (known !== null) return known;
    const address = this.#latin1(start, addressEnd);
    if (!isCanonicalAddress(address)) throw notPlain;
    return this.#endpoints.keep(this.#bytes, start, end, formatEndpoint(address, port));
  }

  #users(): readonly string[] {
    if (!this.#passes(parts.user)) return [];
    const nameStart = this.#at;
    if (this.#passText(textCodePointsMax) === nameStart) throw notPlain;
    this.#pass(parts.related);
    const users = [this.#text()];
    while (this.#passes(parts.nextUser)) users.push(this.#text());
    if (users.length > eventUsersMax) throw notPlain;
    this.#pass(parts.usersEnd);
    return users;
  }
}
