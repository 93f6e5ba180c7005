/**
 * Tells the losses that have become durable, each once: a rolled-back state shows in every partition that its lane
 * writes to, and is one loss all the same.
 */
import type { CountingObserver } from '../../counting.ts';
import type { LossRecord } from './loss-record.ts';
import { lossKey } from './loss-record.ts';

/** Histories of lanes that are told apart; beyond it one may be told again. */
const historiesMax = 10_000;

export class LossTeller {
  readonly #observer: CountingObserver;
  readonly #histories = new Set<string>();

  constructor(observer: CountingObserver) {
    this.#observer = observer;
  }

  tell(loss: LossRecord, partition: number): void {
    if (loss.kind === 'state history') {
      if (this.#histories.has(lossKey(loss))) return;
      if (this.#histories.size < historiesMax) this.#histories.add(lossKey(loss));
    }
    const { kind, lane, server, protocol, at, detail, count } = loss;
    this.#observer.loss({
      kind,
      partition,
      lane: lane === '' ? null : lane,
      server,
      protocol,
      at,
      detail: count === 1 ? detail : `${detail} (${count} times so far)`,
    });
  }
}
