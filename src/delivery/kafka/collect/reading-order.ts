/**
 * Whether what is read is exactly what comes next. kafkajs jumps silently when a position is outside the log, and a
 * topic that was made anew answers with records of its own, so every record's offset is checked.
 */
import { fingerprintOf } from './position.ts';
import type { LogRecord, ReadingPlan } from './position.ts';

export type NextStep =
  | { readonly kind: 'apply' }
  /** The record before the position, and it is the one that was read. */
  | { readonly kind: 'verified' }
  /** Not what comes next. Perhaps a batch from before a seek: seek again. */
  | { readonly kind: 'stray' }
  /** The log really does not go on here. */
  | { readonly kind: 'lost'; readonly reason: string }
  /** The log has a hole that has been declared before: read on behind it, or it would be declared for ever. */
  | { readonly kind: 'skip' };

export class ReadingOrder {
  #next = 0;
  #verify: { readonly offset: number; readonly fingerprint: string } | null = null;
  #strayed = false;
  #declaredHole: { readonly from: number; readonly to: number } | null = null;

  /** Where to seek, after which only `plan.from` is right. */
  begin(plan: ReadingPlan): number {
    this.#verify = plan.kind === 'verify' ? { offset: plan.from, fingerprint: plan.fingerprint } : null;
    this.#next = plan.kind === 'verify' ? plan.from + 1 : plan.from;
    return plan.from;
  }

  /** Judges the next record; expects the one after it from then on, if it is to be applied. */
  step(record: LogRecord): NextStep {
    const expected = this.#verify?.offset ?? this.#next;
    if (record.offset !== expected) return this.#jumped(expected, record.offset);
    this.#strayed = false;
    if (this.#verify === null) {
      this.#next = record.offset + 1;
      return { kind: 'apply' };
    }
    const { fingerprint } = this.#verify;
    this.#verify = null;
    if (fingerprintOf(record) === fingerprint) return { kind: 'verified' };
    return { kind: 'lost', reason: `record ${record.offset} is not the one that was counted: the topic was made anew` };
  }

  #jumped(expected: number, found: number): NextStep {
    if (!this.#strayed) {
      this.#strayed = true;
      return { kind: 'stray' };
    }
    this.#strayed = false;
    const hole = this.#declaredHole;
    if (hole !== null && hole.from === expected && hole.to === found) {
      this.#next = found + 1;
      return { kind: 'skip' };
    }
    this.#declaredHole = { from: expected, to: found };
    return { kind: 'lost', reason: `record ${expected} was expected, ${found} came` };
  }
}
