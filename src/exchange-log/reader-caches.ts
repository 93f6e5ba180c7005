import { canonicalAddress } from '../event/address.ts';
import { cutText } from '../event/cut-text.ts';
import { formatEndpoint, parseEndpoint } from '../event/endpoint.ts';
import { ByteCache } from './byte-cache.ts';
import { type ConnectorValue, connectorValue } from './connector.ts';
import { type CommandKind, commandKind } from './pop-imap/command.ts';
import type { RowFields } from './row.ts';
import { TimeReader } from './time.ts';
import { isBlankUser, isHealthMailbox } from './user-name.ts';

/** A `user` value: nobody, one of Exchange's probes, or somebody whose name may be withheld. */
export interface UserValue {
  readonly kind: 'blank' | 'probe' | 'user';
  readonly name: string | null;
}

export const blankUser: UserValue = { kind: 'blank', name: null };

/** The server's end of a connection, as dialled; nulls when the log does not say. */
export interface LocalValue {
  readonly address: string | null;
  readonly text: string | null;
  readonly isReadable: boolean;
}

const addressSlots = 65_536;
const userSlots = 16_384;
const commandSlots = 1024;
const localSlots = 4096;
const connectorSlots = 1024;
/** A decoded text is cut at 256 code points, of at most 4 bytes each. */
const textBytesMax = 1024;

/**
 * What a reader remembers between slices: values decoded once. Make one per process, or
 * one per thread; one per privacy hook, since it holds the names that the hook answered.
 */
export class ReaderCaches {
  readonly times = new TimeReader();

  /** Client addresses without their port; null where the bytes are none. */
  readonly addresses = new ByteCache<string | null>(addressSlots, (bytes, start, end) =>
    canonicalAddress(bytes.toString('latin1', start, end)),
  );
  readonly locals = new ByteCache<LocalValue>(localSlots, (bytes, start, end) =>
    localValue(bytes.toString('latin1', start, end)),
  );
  readonly commands = new ByteCache<CommandKind>(commandSlots, (bytes, start, end) =>
    commandKind(bytes.toString('latin1', start, end)),
  );
  readonly #connectors = new ByteCache<ConnectorValue>(connectorSlots, (bytes, start, end) =>
    connectorValue(bytes.toString('utf8', start, end)),
  );
  readonly #keepUser: (name: string) => string | null;
  readonly #users = new ByteCache<UserValue>(userSlots, (bytes, start, end) =>
    this.#userValue(keptText(bytes, start, end)),
  );

  /** @param keepUser what is kept of a user's name; null withholds it */
  constructor(keepUser: (name: string) => string | null = (name) => name) {
    this.#keepUser = keepUser;
  }

  /** @param index -1 = the rows have no such field */
  user(bytes: Buffer, fields: RowFields, index: number): UserValue {
    if (index === -1 || fields.start(index) === fields.end(index)) return blankUser;
    return fields.doubled[index] === 1
      ? this.#userValue(cutText(fields.text(bytes, index)))
      : this.#users.get(bytes, fields.start(index), fields.end(index));
  }

  /** What is kept of a mail address, which is a person's as much as a user's name is. */
  keepSender(address: string): string | null {
    return this.#keepUser(address);
  }

  /** @param index -1 = the rows have no such field */
  connector(bytes: Buffer, fields: RowFields, index: number): ConnectorValue {
    if (index === -1) return noConnector;
    return fields.doubled[index] === 1
      ? connectorValue(fields.text(bytes, index))
      : this.#connectors.get(bytes, fields.start(index), fields.end(index));
  }

  /** A user as it counts: cut first, then looked at, then withheld or not. */
  #userValue(text: string): UserValue {
    if (isBlankUser(text)) {
      return blankUser;
    }
    return isHealthMailbox(text) ? { kind: 'probe', name: null } : { kind: 'user', name: this.#keepUser(text) };
  }
}

const noConnector = connectorValue('');

function localValue(text: string): LocalValue {
  const endpoint = parseEndpoint(text);
  if (endpoint === null) {
    return { address: null, text: null, isReadable: text.trim() === '' };
  }
  return { address: endpoint.address, text: formatEndpoint(endpoint.address, endpoint.port), isReadable: true };
}

/** A text that is kept, from a field without doubled quotes. */
export function keptText(bytes: Buffer, start: number, end: number): string {
  return cutText(bytes.toString('utf8', start, Math.min(end, start + textBytesMax)));
}
