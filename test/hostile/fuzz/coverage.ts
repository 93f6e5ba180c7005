/**
 * Which pieces of our own code have run, by V8's precise coverage: an input that runs a piece for the first time is
 * worth breeding from.
 */
import { Session } from 'node:inspector';

const sources = new URL('../../../src/', import.meta.url).href;

export class Coverage implements Disposable {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** The pieces that have run since the last call; the session answers at once. */
  take(): Set<string> {
    const pieces = new Set<string>();
    this.#session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      for (const { url, functions } of result) {
        if (!url.startsWith(sources)) continue;
        for (const { ranges } of functions) {
          for (const { startOffset, endOffset, count } of ranges) {
            if (count > 0) pieces.add(`${url}:${startOffset}-${endOffset}`);
          }
        }
      }
    });
    return pieces;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}
