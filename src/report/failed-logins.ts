import { compareByCodePoint } from '../event/code-point-order.ts';
import type { Protocol } from '../event/protocol.ts';
import type { LoginRow } from '../exchange-log/format.ts';
import { BySource } from '../sighting/by-source.ts';

/** Users of one client whose logins have failed, told apart by what came after. */
export interface FailedUsers {
  /** Blank for a failure that names no user; of SMTP always, since its replies name none. */
  readonly recovered: readonly string[];
  readonly unresolved: readonly string[];
}

/** The latest logins of one user of one client. */
class Latest {
  /** The spelling that sorts first. */
  user: string;
  success = Number.NEGATIVE_INFINITY;
  failure = Number.NEGATIVE_INFINITY;
  /** Further users of the client, by name in lower case; nearly all clients have one user. */
  others: Map<string, Latest> | null = null;

  constructor(user: string) {
    this.user = user;
  }
}

const none: FailedUsers = { recovered: [], unresolved: [] };

/**
 * Failed logins by server, protocol, address and user: recovered when the latest success is later than the latest
 * failure. Somebody who mistypes once is no trouble; a device whose password has run out is. Decided by latest times,
 * so the order of rows and files does not matter.
 */
export class FailedLogins {
  readonly #latest = new BySource<Latest>();

  add(protocol: Protocol, { server, address, user, succeeded, at }: LoginRow): void {
    let latest = this.#latest.get(protocol, server, address);
    if (latest === undefined) {
      latest = new Latest(user);
      this.#latest.add(protocol, server, address, latest);
    } else if (latest.user !== user) {
      latest = ofUser(latest, user);
    }
    if (succeeded) latest.success = Math.max(latest.success, at);
    else latest.failure = Math.max(latest.failure, at);
  }

  of({ protocol, server, address }: { protocol: Protocol; server: string; address: string }): FailedUsers {
    const first = this.#latest.get(protocol, server, address);
    if (first === undefined) return none;
    const users = [first, ...(first.others?.values() ?? [])];
    const failed = users.filter(({ failure }) => failure !== Number.NEGATIVE_INFINITY);
    const names = (isWanted: (latest: Latest) => boolean): string[] =>
      failed
        .filter(isWanted)
        .map(({ user }) => user)
        .sort(compareByCodePoint);
    return {
      recovered: names(({ success, failure }) => success > failure),
      unresolved: names(({ success, failure }) => success <= failure),
    };
  }
}

/** The entry of a user whose spelling is not that of the client's first one. */
function ofUser(first: Latest, user: string): Latest {
  const name = user.toLowerCase();
  let latest: Latest | undefined = first;
  if (first.user.toLowerCase() !== name) {
    first.others ??= new Map();
    latest = first.others.get(name);
    if (latest === undefined) first.others.set(name, (latest = new Latest(user)));
  }
  if (compareByCodePoint(user, latest.user) < 0) latest.user = user;
  return latest;
}
