import type { DeadLetterBox } from '../delivery/dead-letters/dead-letter.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { ReaderCaches } from '../exchange-log/reader-caches.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Budget } from './budget.ts';
import type { Buffers } from './buffers.ts';
import type { Handles } from './handles.ts';
import type { AgentLimits, AgentTimes } from './options.ts';
import type { Registry } from './registry.ts';

/** What all lanes of an agent share. */
export interface LaneContext {
  readonly delivery: Delivery;
  readonly deadLetters: DeadLetterBox;
  /** Whether rows that cannot be read are kept as they stand. */
  readonly keepUnreadable: boolean;
  readonly handles: Handles;
  readonly bytesInFlight: Budget;
  readonly buffers: Buffers;
  readonly registry: Registry;
  readonly caches: ReaderCaches;
  readonly limits: AgentLimits;
  readonly times: AgentTimes;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly randomId: () => string;
  readonly signal: AbortSignal;
}
