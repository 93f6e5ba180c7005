/**
 * The sets in which clients are counted: all; per role; per protocol; per server; per server and protocol; and those
 * seen on both roles. Unions are kept, never summed: a client that is in two sets is one client in their union.
 */
import type { Protocol } from '../event/protocol.ts';
import { statuses } from '../inventory/status.ts';
import { RollingSets } from '../window/rolling-sets.ts';
import type { CollectorSettings, Role } from './settings.ts';
import type { StatusCounts, WindowCounts } from './views.ts';

export class CountedSets {
  readonly rolling: RollingSets;
  readonly all: number;
  readonly roles: Readonly<Record<Role, number>>;
  /** Clients that are real (neither proxied nor probe) on a legacy and on a new server, by the earlier of both. */
  readonly bothRoles: number;
  readonly #settings: CollectorSettings;
  readonly #byName = new Map<string, number>();
  readonly #ofSighting: Readonly<Record<Protocol, Map<string, readonly number[]>>> = {
    imap4: new Map(),
    pop3: new Map(),
    smtp: new Map(),
  };

  constructor(settings: CollectorSettings, now: number) {
    this.#settings = settings;
    this.rolling = new RollingSets({
      windowsMs: settings.windows.map((window) => window.ms),
      bucketMs: settings.bucketMs,
      classes: statuses.length,
      nowMs: now,
    });
    this.all = this.rolling.addSet();
    this.roles = { legacy: this.rolling.addSet(), new: this.rolling.addSet() };
    this.bothRoles = this.rolling.addSet();
  }

  /** The set that decides the headline: role legacy, or all while no server has a role. */
  get headline(): number {
    const anyRole = [...this.#settings.servers.values()].some((server) => server.role !== null);
    return anyRole ? this.roles.legacy : this.all;
  }

  roleOf(server: string): Role | null {
    return this.#settings.servers.get(server)?.role ?? null;
  }

  /** The set of one server, one protocol, or both; made when first asked for. */
  of(server: string | null, protocol: Protocol | null): number {
    if (server === null && protocol === null) return this.all;
    const name = `${server ?? ''}\t${protocol ?? ''}`;
    let set = this.#byName.get(name);
    if (set === undefined) {
      set = this.rolling.addSet();
      this.#byName.set(name, set);
    }
    return set;
  }

  /** Whether the set was ever asked for: a name that a user made up makes no set. */
  knows(server: string | null, protocol: Protocol | null): boolean {
    return (server === null && protocol === null) || this.#byName.has(`${server ?? ''}\t${protocol ?? ''}`);
  }

  /** Every set that a sighting of this server and protocol belongs to, but for `bothRoles`. */
  ofSighting(server: string, protocol: Protocol): readonly number[] {
    let sets = this.#ofSighting[protocol].get(server);
    if (sets === undefined) {
      const role = this.roleOf(server);
      sets = [
        this.all,
        this.of(server, null),
        this.of(null, protocol),
        this.of(server, protocol),
        ...(role === null ? [] : [this.roles[role]]),
      ];
      this.#ofSighting[protocol].set(server, sets);
    }
    return sets;
  }

  counts(set: number, window: number): StatusCounts {
    const counts = { all: 0, unknown: 0, acknowledged: 0, known: 0, proxied: 0, probe: 0 };
    for (const [index, status] of statuses.entries()) {
      counts[status] = this.rolling.count(set, window, index);
      counts.all += counts[status];
    }
    return counts;
  }

  windowCounts(set: number): WindowCounts {
    return Object.fromEntries(this.#settings.windows.map(({ text }, window) => [text, this.counts(set, window)]));
  }

  /** Unknown, acknowledged and known: what stands in the way of switching off. */
  remaining(set: number, window: number): number {
    const { unknown, acknowledged, known } = this.counts(set, window);
    return unknown + acknowledged + known;
  }
}
