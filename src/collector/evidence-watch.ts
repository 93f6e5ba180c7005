/** Looks at the evidence every few seconds, so that no gap goes unremembered because nobody was looking. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RememberedGap } from './gap-memory.ts';

export interface Watched {
  /** Looks; answers whether a gap was opened or closed. */
  lookAtEvidence(): boolean;
  rememberedGaps(): readonly RememberedGap[];
}

export interface EvidenceWatchOptions {
  readonly watched: Watched;
  /** Null where nothing is kept over a restart. */
  readonly save: ((gaps: readonly RememberedGap[]) => Promise<void>) | null;
  readonly everyMs?: number;
}

const everyDefaultMs = 5000;
/** What is open is saved so often, for the time it was last seen. */
const saveEveryLooks = 12;

export class EvidenceWatch implements AsyncDisposable {
  readonly #options: EvidenceWatchOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: EvidenceWatchOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { watched, save, everyMs = everyDefaultMs } = this.#options;
    const { signal } = this.#stop;
    for (let looks = 1; !signal.aborted; looks++) {
      await sleep(everyMs, undefined, { signal }).catch(() => {});
      // At the end the others are closing: what would be seen then are no gaps.
      const changed = !signal.aborted && watched.lookAtEvidence();
      // A start that was refused has seen nothing, and may have no folder to keep it in.
      const isLast = signal.aborted && looks > 1;
      if (save !== null && (changed || isLast || (!signal.aborted && looks % saveEveryLooks === 0))) {
        await save(watched.rememberedGaps());
      }
    }
  }
}
