import { compareByCodePoint } from '../event/code-point-order.ts';

/** Users of one client whose logins have failed, told apart by what came after. */
export interface FailedUsers {
  /** Blank for a failure that names no user; of SMTP always, since its replies name none. */
  readonly recovered: readonly string[];
  readonly unresolved: readonly string[];
}

/** Users for people: whoever has no name is called so. */
export function namedUsers(users: readonly string[]): readonly string[] {
  return users.map((user) => (user === '' ? 'nameless' : user));
}

export const noFailedUsers: FailedUsers = { recovered: [], unresolved: [] };

/** The latest logins of one user of one client; `-Infinity` for none. */
export interface LatestLogin {
  /** The spelling that sorts first. */
  readonly user: string;
  readonly success: number;
  readonly failure: number;
}

/**
 * The latest logins of one client, user by user: recovered when the latest success is later than the latest failure.
 * Somebody who mistypes once is no trouble; a device whose password has run out is. Decided by latest times, so the
 * order of rows, files and threads does not matter.
 */
export class LatestLogins implements LatestLogin {
  user: string;
  success = Number.NEGATIVE_INFINITY;
  failure = Number.NEGATIVE_INFINITY;
  /** Further users of the client, by name in lower case; nearly all clients have one user. */
  #others: Map<string, LatestLogins> | null = null;

  constructor(user: string) {
    this.user = user;
  }

  add(user: string, succeeded: boolean, at: number): void {
    const latest = user === this.user ? this : this.#of(user);
    if (!succeeded) latest.failure = Math.max(latest.failure, at);
    else if (at > latest.success) latest.success = at;
  }

  merge({ user, success, failure }: LatestLogin): void {
    const latest = this.#of(user);
    latest.success = Math.max(latest.success, success);
    latest.failure = Math.max(latest.failure, failure);
  }

  /** One entry for each user. */
  list(): readonly LatestLogin[] {
    return this.#others === null ? [this] : [this, ...this.#others.values()];
  }

  failedUsers(): FailedUsers {
    const failed = this.list().filter(({ failure }) => failure !== Number.NEGATIVE_INFINITY);
    if (failed.length === 0) return noFailedUsers;
    const names = (isWanted: (latest: LatestLogin) => boolean): string[] =>
      failed
        .filter(isWanted)
        .map(({ user }) => user)
        .sort(compareByCodePoint);
    return {
      recovered: names(({ success, failure }) => success > failure),
      unresolved: names(({ success, failure }) => success <= failure),
    };
  }

  #of(user: string): LatestLogins {
    const name = user.toLowerCase();
    const latest = this.user.toLowerCase() === name ? this : this.#other(name, user);
    if (compareByCodePoint(user, latest.user) < 0) latest.user = user;
    return latest;
  }

  #other(name: string, user: string): LatestLogins {
    this.#others ??= new Map();
    let latest = this.#others.get(name);
    if (latest === undefined) this.#others.set(name, (latest = new LatestLogins(user)));
    return latest;
  }
}
