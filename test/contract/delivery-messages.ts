import type { ConnectionEvent } from '../../src/event/connection-event.ts';
import type { Bookkeeping, Slice } from '../../src/delivery/delivery.ts';
import type { AgentState } from '../../src/delivery/records.ts';
import type { CarriedError } from '../../src/runtime/worker/carried-error.ts';

/** What the process of `serve-delivery.ts` is asked by `DeliveryProcess`. */
export type Question =
  | { readonly ask: 'deliver'; readonly slice: Slice; readonly events: readonly ConnectionEvent[] }
  | { readonly ask: 'record'; readonly change: Bookkeeping }
  | { readonly ask: 'lane'; readonly id: string }
  | { readonly ask: 'drain'; readonly deadlineMs: number }
  | { readonly ask: 'counted' }
  | { readonly ask: 'close' };

export type Asked = Question & { readonly number: number };

export type Answered =
  | { readonly opened: AgentState }
  | { readonly refused: CarriedError }
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly failure: CarriedError };
