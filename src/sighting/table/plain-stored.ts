/**
 * Reads a stored sighting without making anything of it, if it is a plain one: of POP3 or IMAP4, with one user and one
 * endpoint at most, no failure, no character that JSON escapes, and its fields as `encodeSighting` writes them. Nearly
 * all are, and a state of a million of them is read several times as quickly. Whatever else it may be is left to
 * `decodeSighting`, which also says what is wrong.
 */
import type { Protocol } from '../../event/protocol.ts';

/** Where in the JSON a text stands, from and to before; from is -1 where there is none. */
type Place = [from: number, to: number];

export interface PlainSighting {
  readonly json: string;
  /** Connections, rows, commands, logins succeeded and failed, bytes received and sent. */
  readonly counts: readonly number[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly hasUser: boolean;
  readonly user: Readonly<Place>;
  readonly endpoint: Readonly<Place>;
}

const quote = 34;
const backslash = 92;
const comma = 44;
const closingBracket = 93;
const closingBrace = 125;
const zero = 48;
/** So many digits are a safe integer for certain. */
const digitsMax = 15;

export class PlainStored implements PlainSighting {
  json = '';
  protocol: Protocol = 'pop3';
  server = '';
  readonly address: Place = [-1, -1];
  readonly counts: number[] = [0, 0, 0, 0, 0, 0, 0];
  firstSeen = 0;
  lastSeen = 0;
  hasUser = false;
  readonly user: Place = [-1, -1];
  readonly endpoint: Place = [-1, -1];
  #at = 0;

  /** Whether it is a plain one; then the fields are those of the sighting, until the next call. */
  read(json: string): boolean {
    this.json = json;
    this.#at = 0;
    if (!this.#readIdentity() || !this.#passes(',"n":[')) return false;
    for (let index = 0; index < this.counts.length; index++) {
      const count = this.#number(index === this.counts.length - 1 ? closingBracket : comma);
      if (count < 0) return false;
      this.counts[index] = count;
    }
    if (!this.#passes(',"t":[')) return false;
    this.firstSeen = this.#number(comma);
    this.lastSeen = this.#number(closingBracket);
    if (this.firstSeen < 0 || this.lastSeen < this.firstSeen) return false;
    if (!this.#readOne(',"u":["', this.user)) return false;
    this.hasUser = this.user[0] >= 0;
    if (this.#passes(',"h":0')) this.hasUser = false;
    else if (this.#passes(',"h":1')) this.hasUser = true;
    if (!this.#readOne(',"e":["', this.endpoint)) return false;
    return this.json.charCodeAt(this.#at) === closingBrace && this.#at === json.length - 1;
  }

  /** Whether the key is `sightingKey` of what was read. */
  hasKey(key: string): boolean {
    const { protocol, server } = this;
    const [from, to] = this.address;
    const addressAt = protocol.length + 1 + server.length + 1;
    if (key.length !== addressAt + to - from || !key.startsWith(protocol) || key[protocol.length] !== '\t')
      return false;
    if (!key.startsWith(server, protocol.length + 1) || key[addressAt - 1] !== '\t') return false;
    for (let at = from; at < to; at++) {
      if (key.charCodeAt(addressAt + at - from) !== this.json.charCodeAt(at)) return false;
    }
    return true;
  }

  #readIdentity(): boolean {
    if (this.#passes('{"v":1,"p":"pop3","s":"')) this.protocol = 'pop3';
    else if (this.#passes('{"v":1,"p":"imap4","s":"')) this.protocol = 'imap4';
    else return false;
    const start = this.#at;
    if (!this.#passText()) return false;
    const end = this.#at - 1;
    if (end === start) return false;
    // Mostly the one before again, which is kept: a million sightings share the names of their servers.
    if (end - start !== this.server.length || !this.json.startsWith(this.server, start)) {
      this.server = this.json.slice(start, end);
    }
    if (!this.#passes(',"a":"')) return false;
    this.address[0] = this.#at;
    if (!this.#passText()) return false;
    this.address[1] = this.#at - 1;
    return this.address[0] !== this.address[1];
  }

  /** A list of one text, or none at all. */
  #readOne(start: string, into: Place): boolean {
    into[0] = -1;
    if (!this.#passes(start)) return true;
    into[0] = this.#at;
    if (!this.#passText()) return false;
    into[1] = this.#at - 1;
    return this.json.charCodeAt(this.#at++) === closingBracket;
  }

  #passes(expected: string): boolean {
    if (!this.json.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** Passes the rest of a text and the quote behind it. False where a character is escaped or should be. */
  #passText(): boolean {
    const { json } = this;
    for (let at = this.#at; at < json.length; at++) {
      const code = json.charCodeAt(at);
      if (code === quote) {
        this.#at = at + 1;
        return true;
      }
      if (code === backslash || code < 32) return false;
    }
    return false;
  }

  /** A whole number and the character behind it; -1 if it is none, or might be too large. */
  #number(behind: number): number {
    const { json } = this;
    const start = this.#at;
    let value = 0;
    let at = start;
    for (; at - start <= digitsMax; at++) {
      const digit = json.charCodeAt(at) - zero;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    const digits = at - start;
    if (digits === 0 || digits > digitsMax || json.charCodeAt(at) !== behind) return -1;
    if (digits > 1 && json.charCodeAt(start) === zero) return -1;
    this.#at = at + 1;
    return value;
  }
}
