import type { Clock } from '../../runtime/clock.ts';
import { UserError } from '../../runtime/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** A time in which nothing can be saved. Said once when it begins and once when it ends, however often it is tried. */
export class Outage {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #began: { readonly at: number; readonly message: string } | null = null;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Why nothing can be saved, in words; null while it can. */
  get reason(): string | null {
    return this.#began?.message ?? null;
  }

  failed(error: unknown): void {
    if (this.#began !== null) return;
    const message = error instanceof Error ? error.message : String(error);
    this.#began = { at: this.#clock.monotonic(), message };
    const remedy = error instanceof UserError ? error.remedy : null;
    this.#logger.error({ error, remedy }, `Nothing can be saved, and nothing new is shown: ${message}`);
  }

  ended(): void {
    if (this.#began === null) return;
    const seconds = Math.round((this.#clock.monotonic() - this.#began.at) / 1000);
    this.#began = null;
    this.#logger.info({ seconds }, `Saving works again, after ${seconds} s`);
  }
}
