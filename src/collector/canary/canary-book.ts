/**
 * What became of each canary. It proves that a server logs, and that its rows reach us, when the row of its own
 * connection is counted within a minute. Pure: the loop that connects says what it did, and the counted state is asked.
 */
import type { Protocol } from '../../event/protocol.ts';
import type { Sighting } from '../../sighting/sighting.ts';
import type { CanaryTarget } from './target.ts';

/** How long a row may take: through log, agent, transport and collector. */
const canaryBackWithinMs = 60_000;

/** A canary that was not sent for so many of its pauses proves nothing any more. */
const pausesMax = 2;

export type CountedSighting = (
  protocol: Protocol,
  server: string,
  address: string,
) => Pick<Sighting, 'connections' | 'lastSeen'> | undefined;

export interface CanaryTrouble {
  readonly reason: 'canary refused' | 'canary missing';
  readonly text: string;
}

/** Where the canary of one target stands; times are milliseconds since the epoch. */
export interface CanaryState {
  readonly target: CanaryTarget;
  /** When the last one was sent. */
  readonly sentAt: number | null;
  /** When the last one that came back was seen to be back, and how long it took. */
  readonly returnedAt: number | null;
  readonly tookMs: number | null;
  /** When the last one was sent that came back in time. */
  readonly provenAt: number | null;
  /** Null while the last one that was decided came back in time, and before the first. */
  readonly trouble: CanaryTrouble | null;
}

interface Flight {
  readonly sentAt: number;
  readonly from: readonly string[];
  readonly connectionsBefore: number;
}

export class CanaryBook {
  readonly #everyMs: number;
  readonly #counted: CountedSighting;
  readonly #states: CanaryState[];
  /** On its way, by target. */
  readonly #flights = new Map<CanaryTarget, Flight>();

  constructor(targets: readonly CanaryTarget[], everyMs: number, counted: CountedSighting) {
    this.#everyMs = everyMs;
    this.#counted = counted;
    this.#states = targets.map((target) => ({
      target,
      sentAt: null,
      returnedAt: null,
      tookMs: null,
      provenAt: null,
      trouble: null,
    }));
  }

  get states(): readonly CanaryState[] {
    return this.#states;
  }

  /** Connections counted from these addresses: to be asked before one more is made. */
  connections({ protocol, server }: CanaryTarget, from: readonly string[]): number {
    return from.reduce((all, address) => all + (this.#counted(protocol, server, address)?.connections ?? 0), 0);
  }

  /** The server accepted; it sees one of the addresses `from`. */
  sent(target: CanaryTarget, flight: Flight): void {
    this.#flights.set(target, flight);
    this.#change(target, { sentAt: flight.sentAt });
  }

  /** The server did not accept. */
  refused(target: CanaryTarget, sentAt: number, why: string): void {
    this.#flights.delete(target);
    const text = `the canary cannot connect to ${target.text}: ${why}`;
    this.#change(target, { sentAt, trouble: { reason: 'canary refused', text } });
  }

  /** Looks whether it is back. False while it is on its way and in time. */
  settle(target: CanaryTarget, now: number): boolean {
    const flight = this.#flights.get(target);
    if (flight === undefined) return true;
    const late = now - flight.sentAt > canaryBackWithinMs;
    if (!this.#isBack(target, flight)) {
      if (late) this.#change(target, { trouble: missing(target, flight) });
      return late;
    }
    this.#flights.delete(target);
    const tookMs = Math.max(0, now - flight.sentAt);
    this.#change(target, {
      returnedAt: now,
      tookMs,
      ...(late ? { trouble: tooLate(target, flight, tookMs) } : { trouble: null, provenAt: flight.sentAt }),
    });
    return true;
  }

  /** What is wrong with the canaries of a server and protocol, the first of them; null where nothing is. */
  troubleOf(server: string, protocol: Protocol): CanaryTrouble | null {
    return this.#of(server, protocol).find(({ trouble }) => trouble !== null)?.trouble ?? null;
  }

  /** Whether canaries alone prove now that this server and protocol is logged. */
  proves(server: string, protocol: Protocol, now: number): boolean {
    const states = this.#of(server, protocol);
    const validMs = pausesMax * this.#everyMs + canaryBackWithinMs;
    return (
      states.length > 0 &&
      states.every(({ trouble, provenAt }) => trouble === null && provenAt !== null && now - provenAt <= validMs)
    );
  }

  #of(server: string, protocol: Protocol): CanaryState[] {
    return this.#states.filter(({ target }) => target.server === server && target.protocol === protocol);
  }

  /**
   * One more connection than before, and not an old one that came late: its row bears the server's time, which may
   * differ from ours, but hardly by half of the pause.
   */
  #isBack(target: CanaryTarget, { sentAt, from, connectionsBefore }: Flight): boolean {
    const notBefore = sentAt - this.#everyMs / 2;
    const isRecent = from.some((address) => {
      const sighting = this.#counted(target.protocol, target.server, address);
      return sighting !== undefined && sighting.lastSeen >= notBefore;
    });
    return isRecent && this.connections(target, from) > connectionsBefore;
  }

  #change(target: CanaryTarget, change: Partial<CanaryState>): void {
    const index = this.#states.findIndex((state) => state.target === target);
    const state = this.#states[index];
    if (state !== undefined) this.#states[index] = { ...state, ...change };
  }
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}

function missing(target: CanaryTarget, { sentAt, from }: Flight): CanaryTrouble {
  const text =
    `the canary's connection to ${target.text} at ${timeOf(sentAt)}, from ${from.join(' or ')}, ` +
    'has not come back through the logs within a minute; is logging on?';
  return { reason: 'canary missing', text };
}

function tooLate(target: CanaryTarget, { sentAt }: Flight, tookMs: number): CanaryTrouble {
  const seconds = Math.round(tookMs / 1000);
  const text = `the canary's connection to ${target.text} at ${timeOf(sentAt)} took ${seconds} s to come back through the logs`;
  return { reason: 'canary missing', text };
}
