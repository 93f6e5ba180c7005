/** What the parts of a counting collector share. */
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { CountingObserver } from '../../counting.ts';
import type { Kafka } from '../client.ts';
import type { TopicNames } from '../topics.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Follower } from './follower.ts';
import type { LogEnds } from './log-ends.ts';

/**
 * Named moments of a takeover and a flush, in their order. A test may hold the program there (and freeze it, or let
 * another one overtake it); nothing else uses them.
 */
export type Checkpoint =
  /** Before the predecessor is fenced. */
  | 'fencing'
  /** The barrier is committed; the state up to it is not loaded yet. */
  | 'fenced'
  /** The committed state is loaded; nothing is read yet. */
  | 'loaded'
  /** The changes have been taken; nothing of them is sent yet. */
  | 'flushing'
  /** All records of the transaction are sent; it is not committed. */
  | 'sent'
  /** The commit has been confirmed. */
  | 'committed';

export interface CollectContext {
  readonly kafka: Kafka;
  readonly group: string;
  /** Random id of this process, for people who look into the state topic. */
  readonly collector: string;
  readonly topics: TopicNames;
  /** Of connections and state. */
  readonly partitions: number;
  readonly follower: Follower;
  readonly logEnds: LogEnds;
  readonly deadLetters: DeadLetters;
  readonly observer: CountingObserver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lateAfterMs: number;
  readonly flushKeysMax: number;
  readonly checkpoint: (name: Checkpoint, partition: number) => Promise<void>;
}
