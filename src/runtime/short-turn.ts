import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** So that a page that needs a few turns of the loop is answered at once for people. */
const turnMs = 5;

/** For long work in the thread that answers: how long it may go on before others have their turn. */
export class ShortTurn {
  readonly #clock: Clock;
  #until: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#until = clock.monotonic() + turnMs;
  }

  get isOver(): boolean {
    return this.#clock.monotonic() >= this.#until;
  }

  async yieldWhenOver(): Promise<void> {
    if (!this.isOver) return;
    await yieldToOthers();
    this.#until = this.#clock.monotonic() + turnMs;
  }
}
