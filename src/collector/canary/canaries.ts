/**
 * Sends the canaries: to every target one connection each pause and never more often, to one server and protocol one
 * at a time, so that a row that comes back says which. They wait while the counted state is not whole: a row could
 * not be told from one that was counted before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../../event/address.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CanaryBook } from './canary-book.ts';
import { knock } from './knock.ts';
import type { CanarySettings, CanaryTarget } from './target.ts';

export interface CanariesOptions {
  readonly settings: CanarySettings;
  readonly book: CanaryBook;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the counted state is whole. */
  readonly isReady: () => boolean;
  /** A canary was seen to leave from this address. */
  readonly onSource: (address: string) => void;
  /** How long a server has to accept and to part; 10 s. */
  readonly deadlineMs?: number;
  /** How often to look whether one is back, or the state whole; 500 ms. */
  readonly lookEveryMs?: number;
}

const deadlineDefaultMs = 10_000;
const lookDefaultMs = 500;

/** The addresses of this host that a server elsewhere may see it come from. */
export function hostAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.flatMap(({ internal, address }) => {
    const canonical = internal ? null : canonicalAddress(address);
    return canonical === null ? [] : [canonical];
  });
}

export class Canaries implements AsyncDisposable {
  readonly #options: CanariesOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(options: CanariesOptions) {
    this.#options = options;
    const groups = Map.groupBy(options.settings.targets, ({ server, protocol }) => `${server}\t${protocol}`);
    this.#running = Promise.all([...groups.values()].map((targets) => this.#run(targets)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Until the end. The targets of one server and protocol, one after the other. */
  async #run(targets: readonly CanaryTarget[]): Promise<void> {
    const { settings, clock, isReady, lookEveryMs = lookDefaultMs } = this.#options;
    const sentAt = new Map<CanaryTarget, number>();
    while (await this.#pause(lookEveryMs)) {
      if (!isReady()) continue;
      const due = targets.find((target) => clock.monotonic() - (sentAt.get(target) ?? -Infinity) >= settings.everyMs);
      if (due !== undefined) {
        sentAt.set(due, clock.monotonic());
        await this.#send(due);
      }
      this.#look(targets);
    }
  }

  /** Resolves when it is back, or a minute is over. */
  async #send(target: CanaryTarget): Promise<void> {
    const { settings, book, clock, logger, onSource, deadlineMs = deadlineDefaultMs } = this.#options;
    const before = new Map<string, number>();
    const candidates = new Set([...settings.from, ...hostAddresses(), '127.0.0.1', '::1']);
    for (const address of candidates) before.set(address, book.connections(target, [address]));
    const sentAt = clock.now();
    try {
      const own = await knock(target, deadlineMs, this.#stop.signal);
      if (own !== null) onSource(own);
      const from = [...new Set([...(own === null ? [] : [own]), ...settings.from])];
      const connectionsBefore = from.reduce((all, address) => all + (before.get(address) ?? 0), 0);
      book.sent(target, { sentAt, from, connectionsBefore });
      logger.debug({ target: target.text, from }, 'a canary was sent');
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      book.refused(target, sentAt, reasonOf(error));
    }
    while (!this.#look([target]) && (await this.#pause(this.#options.lookEveryMs ?? lookDefaultMs)));
  }

  /** Whether all are back or overdue. */
  #look(targets: readonly CanaryTarget[]): boolean {
    const { book, clock, logger } = this.#options;
    let settled = true;
    for (const target of targets) {
      const troubleOf = (): string | null =>
        book.states.find((state) => state.target === target)?.trouble?.text ?? null;
      const before = troubleOf();
      settled = book.settle(target, clock.now()) && settled;
      const after = troubleOf();
      if (after !== before && after !== null) logger.warn({ target: target.text }, after);
    }
    return settled;
  }

  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#stop;
    await sleep(ms, undefined, { signal }).catch(() => {});
    return !signal.aborted;
  }
}

/** Where a name has several addresses the error of all of them has no words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error instanceof Error ? error.message : String(error);
}
