import type { CarriedError } from './carried-error.ts';

/**
 * What a worker can be asked: one function type per request. The worker implements it (`serveWorker`), the owner
 * calls it (`WorkerClient`); both name the same interface, so they cannot drift apart.
 */
export type WorkerCalls<Calls> = { [Name in keyof Calls]: (request: never) => unknown };

/** To the worker. */
export type WorkerRequest =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly request: unknown }
  | { readonly kind: 'close' };

/** From the worker. */
export type WorkerAnswer =
  | { readonly kind: 'done'; readonly id: number; readonly response: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: CarriedError };
