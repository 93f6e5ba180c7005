/**
 * Who may ask, by name and password (HTTP Basic): the one door to bcryptjs. A check takes some 60 ms of this thread on
 * purpose, so what was right is remembered, checks run one at a time, and few may wait: guessing cannot keep the server
 * from those it knows.
 */
import { createHash } from 'node:crypto';
import { compare } from 'bcryptjs';
import type { Logger } from '../telemetry/logger.ts';
import { Problem } from './problem.ts';

/** Names, and the bcrypt hashes of their passwords. */
export type PasswordHashes = ReadonlyMap<string, string>;

const lookEveryMs = 1000;
const waitingMax = 8;
const rememberedMax = 100;
/** Of nobody's password: an unknown name takes as long as a known one. */
const nobody = '$2b$10$1NByAIkDe8GuYZ6LLSr2u.fEe9s7UkSYWiY1DmiSlAnnzVTHtApHW';

export interface PasswordOptions {
  /** Asked again at most once a second, so that changed passwords need no restart. May throw. */
  readonly users: () => PasswordHashes;
  readonly now: () => number;
  readonly log: Logger;
  /** A limit was met. */
  readonly onBound: (bound: string) => void;
}

export class Passwords {
  readonly #options: PasswordOptions;
  #users: PasswordHashes;
  #lookedAt: number;
  #lastFailure = '';
  /** Digests of what was right, oldest first. */
  readonly #remembered = new Set<string>();
  #waiting = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** Throws what `users` throws. */
  constructor(options: PasswordOptions) {
    this.#options = options;
    this.#users = options.users();
    this.#lookedAt = options.now();
  }

  /** Resolves when the `Authorization` header proves a user; a Problem says what is missing. */
  async demand(header: string | undefined): Promise<void> {
    this.#look();
    const login = basicLogin(header);
    if (login === null) throw refused('This server is for those with a name and a password (HTTP Basic).');
    const hash = this.#users.get(login.name);
    const digest = createHash('sha256').update(`${hash}\0${login.name}\0${login.password}`).digest('base64');
    if (this.#remembered.has(digest)) return;
    const isRight = await this.#inTurn(() => compare(login.password, hash ?? nobody));
    if (!isRight || hash === undefined) throw refused('The name or the password is wrong.');
    const [oldest] = this.#remembered;
    if (this.#remembered.size >= rememberedMax && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.add(digest);
  }

  async #inTurn(check: () => Promise<boolean>): Promise<boolean> {
    if (this.#waiting >= waitingMax) {
      this.#options.onBound('http passwords');
      throw new Problem(503, 'Too many passwords are being checked. Try again.', { headers: { 'Retry-After': '1' } });
    }
    this.#waiting++;
    try {
      const result = this.#turn.then(check);
      this.#turn = result.catch(() => undefined);
      return await result;
    } finally {
      this.#waiting--;
    }
  }

  #look(): void {
    const { now, users, log } = this.#options;
    if (now() - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = now();
    try {
      this.#users = users();
      this.#lastFailure = '';
    } catch (error) {
      const { message } = error as Error;
      const said = 'the passwords of the HTTP server cannot be read again, and the old ones stay';
      if (message !== this.#lastFailure) log.warn({ error: message }, said);
      this.#lastFailure = message;
    }
  }
}

function refused(detail: string): Problem {
  return new Problem(401, detail, { headers: { 'WWW-Authenticate': 'Basic realm="straggler", charset="UTF-8"' } });
}

function basicLogin(header: string | undefined): { name: string; password: string } | null {
  const encoded = /^basic +(?<login>[A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '')?.groups?.['login'];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
