/**
 * What is remembered of gaps in the evidence: a gap that was there at night and is closed in the morning is still a
 * reason to look twice at a zero. The evidence is looked at again and again; a gap is open from the first look that
 * shows it to the first that does not. Bounded, pure; where it is kept over a restart is its owner's business.
 */
import type { EvidenceGap } from './views.ts';

/** One gap as it stood; times are milliseconds since the epoch. */
export interface RememberedGap {
  readonly gap: EvidenceGap;
  readonly from: number;
  /** Of the last look that showed it. */
  readonly lastSeen: number;
  /** Of the first look without it; null = it is open. */
  readonly to: number | null;
}

const rememberedForMs = 24 * 3_600_000;

/** A program that starts has gaps for as long as it takes to look around; those are nobody's business. */
const leastMs = 10_000;

const gapsMax = 500;

export class GapMemory {
  /** By what it is about and why. */
  #open = new Map<string, RememberedGap>();
  /** In the order of closing. */
  #closed: RememberedGap[] = [];
  #forgotten = 0;

  /** Takes up what an earlier run remembered. What was open then goes on, if the first look still shows it. */
  constructor(remembered: readonly RememberedGap[] = []) {
    for (const entry of remembered.slice(-gapsMax)) {
      if (entry.to === null) this.#open.set(keyOf(entry.gap), entry);
      else this.#closed.push(entry);
    }
    this.#closed.sort((left, right) => (left.to ?? 0) - (right.to ?? 0));
  }

  /** Gaps that were forgotten early, because there are too many. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Answers whether a gap was opened or closed. */
  look(gaps: readonly EvidenceGap[], now: number): boolean {
    const before = this.#open;
    const open = new Map<string, RememberedGap>();
    for (const gap of gaps) {
      const known = before.get(keyOf(gap));
      if (known === undefined && open.size >= gapsMax) this.#forgotten++;
      else open.set(keyOf(gap), { gap, from: known?.from ?? now, lastSeen: now, to: null });
    }
    let changed = false;
    for (const key of open.keys()) changed ||= !before.has(key);
    for (const [key, entry] of before) {
      if (open.has(key)) continue;
      changed = true;
      if (now - entry.from >= leastMs) this.#closed.push({ ...entry, to: now });
    }
    this.#open = open;
    this.#forget(now);
    return changed;
  }

  /** Those that were closed within 24 hours, the latest first. */
  past(now: number): readonly RememberedGap[] {
    return this.#closed.filter(({ to }) => to !== null && now - to <= rememberedForMs).toReversed();
  }

  /** All of it, to be taken up by the next run. */
  all(): readonly RememberedGap[] {
    return [...this.#closed, ...this.#open.values()];
  }

  #forget(now: number): void {
    const recent = this.#closed.filter(({ to }) => to !== null && now - to <= rememberedForMs);
    const kept = recent.slice(-gapsMax);
    this.#forgotten += recent.length - kept.length;
    if (kept.length < this.#closed.length) this.#closed = kept;
  }
}

function keyOf({ server, protocol, reason }: EvidenceGap): string {
  return JSON.stringify([server, protocol, reason]);
}
