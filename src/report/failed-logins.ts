import type { Protocol } from '../event/protocol.ts';
import type { LoginRow } from '../exchange-log/format.ts';

/** Users of one client whose logins have failed, told apart by what came after. */
export interface FailedUsers {
  /** Blank for a failure that names no user; of SMTP always, since its replies name none. */
  readonly recovered: readonly string[];
  readonly unresolved: readonly string[];
}

interface Latest {
  user: string;
  success: number;
  failure: number;
}

const none: FailedUsers = { recovered: [], unresolved: [] };

/**
 * Failed logins by server, protocol, address and user: recovered when the latest success is later than the latest
 * failure. Somebody who mistypes once is no trouble; a device whose password has run out is. Decided by latest times,
 * so the order of rows and files does not matter.
 */
export class FailedLogins {
  /** By server, protocol and address; then by the user's name in lower case. */
  readonly #byClient = new Map<string, Map<string, Latest>>();

  add(protocol: Protocol, { server, address, user, succeeded, at }: LoginRow): void {
    const key = `${protocol}\t${server}\t${address}`;
    let users = this.#byClient.get(key);
    if (users === undefined) this.#byClient.set(key, (users = new Map()));
    const name = user.toLowerCase();
    let latest = users.get(name);
    if (latest === undefined) {
      latest = { user, success: Number.NEGATIVE_INFINITY, failure: Number.NEGATIVE_INFINITY };
      users.set(name, latest);
    }
    if (user < latest.user) latest.user = user;
    if (succeeded) latest.success = Math.max(latest.success, at);
    else latest.failure = Math.max(latest.failure, at);
  }

  of({ protocol, server, address }: { protocol: Protocol; server: string; address: string }): FailedUsers {
    const users = this.#byClient.get(`${protocol}\t${server}\t${address}`);
    if (users === undefined) return none;
    const failed = [...users.values()].filter(({ failure }) => failure !== Number.NEGATIVE_INFINITY);
    const names = (isWanted: (latest: Latest) => boolean): string[] =>
      failed
        .filter(isWanted)
        .map(({ user }) => user)
        .sort();
    return {
      recovered: names(({ success, failure }) => success > failure),
      unresolved: names(({ success, failure }) => success <= failure),
    };
  }
}
