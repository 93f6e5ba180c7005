/**
 * The worker's side of a worker thread: answers requests one at a time, in the order in which they came. It ends when
 * its owner asks for it, after what was asked before.
 */
import { flushCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';
import { carryError } from './carried-error.ts';
import type { WorkerAnswer, WorkerCalls, WorkerRequest } from './worker-messages.ts';

/** An answer whose buffers are handed over instead of copied; the worker must not touch them afterwards. */
export class Handover<Value> {
  readonly value: Value;
  readonly buffers: readonly Transferable[];

  constructor(value: Value, buffers: readonly Transferable[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

export type WorkerHandlers<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (request: infer Request) => infer Response
    ? (request: Request) => Response | Handover<Response> | Promise<Response | Handover<Response>>
    : never;
};

/** `close` runs once, after the last answer. */
export function serveWorker<Calls extends WorkerCalls<Calls>>(
  handlers: WorkerHandlers<Calls>,
  close: () => void | Promise<void>,
): void {
  const port = parentPort;
  if (port === null) throw new Error('not in a worker thread');
  // Its modules are loaded. See `until-stopped.ts`: a thread that is killed keeps nothing of what was compiled.
  flushCompileCache();
  const byName = new Map<string, (request: never) => unknown>(Object.entries(handlers));

  const answer = async (id: number, name: string, request: unknown): Promise<void> => {
    try {
      const handler = byName.get(name);
      if (handler === undefined) throw new Error(`a worker was asked for "${name}", which it does not know`);
      const result = await handler(request as never);
      const [response, buffers] = result instanceof Handover ? [result.value, result.buffers] : [result, []];
      port.postMessage({ kind: 'done', id, response } satisfies WorkerAnswer, [...buffers]);
    } catch (error) {
      port.postMessage({ kind: 'failed', id, error: carryError(error) } satisfies WorkerAnswer);
    }
  };

  let last = Promise.resolve();
  port.on('message', (message: WorkerRequest) => {
    last = last.then(async () => {
      if (message.kind === 'call') return await answer(message.id, message.name, message.request);
      await close();
      port.close();
    });
  });
}
