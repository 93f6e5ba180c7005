/**
 * The owner's side of a worker thread. Every call is answered: by the worker, or, when the worker is gone, by an
 * error. What a worker was doing when it died is unknown to its owner, who must not ask another one to do it again.
 */
import type { ResourceLimits, Transferable, Worker } from 'node:worker_threads';
import { startProgramWorker } from '../program-file.ts';
import { revivedError } from './carried-error.ts';
import type { WorkerAnswer, WorkerCalls, WorkerRequest } from './worker-messages.ts';

interface Pending {
  readonly resolve: (response: never) => void;
  readonly reject: (error: unknown) => void;
}

type RequestOf<Call> = Call extends (request: infer Request) => unknown ? Request : never;
type ResponseOf<Call> = Call extends (request: never) => infer Response ? Awaited<Response> : never;

export class WorkerClient<Calls extends WorkerCalls<Calls>> implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #closeMs: number;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #closing = false;
  #ended: Error | null = null;

  /**
   * `entry` is `new URL('./x-worker.ts', import.meta.url)`, written out where it is used, so that a bundler finds it.
   * `onCrash` is called once if the worker ends without being asked; `closeMs` bounds an orderly end.
   */
  constructor(
    entry: URL,
    options: {
      readonly onCrash?: (error: Error) => void;
      readonly closeMs?: number;
      readonly limits?: ResourceLimits;
    } = {},
  ) {
    this.#closeMs = options.closeMs ?? 5000;
    this.#worker = startProgramWorker(entry, options.limits);
    this.#worker.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    this.#worker.on('messageerror', (error) => this.#end(error));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        const crashed = !this.#closing;
        this.#end(new Error(crashed ? `a worker thread ended by itself (${code})` : 'the worker is closed'));
        resolve();
        if (crashed && this.#ended !== null) options.onCrash?.(this.#ended);
      });
    });
  }

  /** Rejects with what the worker threw, or because it is gone. `buffers` are handed over instead of copied. */
  call<Name extends keyof Calls & string>(
    name: Name,
    request: RequestOf<Calls[Name]>,
    buffers: readonly Transferable[] = [],
  ): Promise<ResponseOf<Calls[Name]>> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null || this.#closing) return reject(this.#ended ?? new Error('the worker is closed'));
      const id = ++this.#lastId;
      this.#worker.postMessage({ kind: 'call', id, name, request } satisfies WorkerRequest, [...buffers]);
      this.#pending.set(id, { resolve, reject });
    });
  }

  /** Ends the worker after what it was asked before; after `closeMs` it is ended wherever it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closing && this.#ended === null) {
      this.#worker.postMessage({ kind: 'close' } satisfies WorkerRequest, []);
    }
    this.#closing = true;
    const timer = setTimeout(() => void this.#worker.terminate(), this.#closeMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #settle(answer: WorkerAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.kind === 'done') pending?.resolve(answer.response as never);
    else pending?.reject(revivedError(answer.error));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) pending.reject(this.#ended);
    this.#pending.clear();
  }
}
