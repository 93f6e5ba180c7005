/** Puts the agent's side together: the state folder, the topic's producer, the reports of the agent. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../runtime/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { AgentReports } from '../counting.ts';
import type { LetterBox } from '../dead-letters/letter-box.ts';
import { AgentDelivery } from './agent-delivery.ts';
import type { KafkaDelivery } from './agent-delivery.ts';
import { chunkSender } from './chunk-sender.ts';
import { openKafka } from './client.ts';
import type { Codec, KafkaConnection } from './client.ts';
import { Heartbeat } from './heartbeat.ts';
import type { HistoryTimes, HistoryWatch } from './history-watch.ts';
import { LetterShipper } from './letter-shipper.ts';
import { machineId } from './machine-id.ts';
import { openOutbox } from './outbox-client.ts';
import type { Outbox } from './outbox.ts';
import { readTopicFacts } from './topic-facts.ts';
import type { TopicNames } from './topics.ts';
import { watchHistory } from './watch-history.ts';
import { within } from '../../runtime/within.ts';

export interface KafkaDeliveryOptions {
  readonly connection: KafkaConnection;
  readonly topics: TopicNames;
  readonly stateDirectory: string;
  readonly programVersion: string;
  readonly agentName: string;
  readonly logger: Logger;
  /** Of events; zstd. */
  readonly compression?: Codec;
  /** Of all chunks that wait, before compression; 32 MiB. */
  readonly outboxBytesMax?: number;
  /** Of the search for signs that the state was rolled back or copied. */
  readonly historyTimes?: Partial<HistoryTimes>;
  /** What can never be delivered is put here, and carried on to its topic. */
  readonly letterBox?: LetterBox;
  /** What is refused as it is: how long until it is tried again, and until it becomes dead letters; 30 s, 15 minutes. */
  readonly refusedRetryMs?: number;
  readonly refusedGiveUpMs?: number;
  /** Nothing can be stored any more: the program has to start anew. */
  readonly onCrash?: (error: Error) => void;
}

export interface AgentSide extends AsyncDisposable {
  readonly delivery: KafkaDelivery;
  readonly reports: AgentReports;
}

const ownRetries = 2;
const closeWaitMs = 1500;

/**
 * Opens the state and begins to publish what it holds; Kafka need not be there yet. Throws a UserError where the state
 * cannot be used. Disposing closes all of it within some 3 s, whatever Kafka does.
 */
export async function openKafkaDelivery(options: KafkaDeliveryOptions): Promise<AgentSide> {
  const { topics, logger, agentName, letterBox } = options;
  const clock = systemClock;
  const outbox = await openOutbox({
    directory: options.stateDirectory,
    programVersion: options.programVersion,
    ...(options.onCrash === undefined ? {} : { onCrash: options.onCrash }),
  });
  const machine = machineId();
  await noticeMachine(outbox, machine, logger);
  // Everything here is tried for ever by loops of our own, which can be stopped.
  const ended = new AbortController();
  const kafka = openKafka({ retries: ownRetries, signal: ended.signal, ...options.connection }, logger);
  let history: HistoryWatch | null = null;
  const delivery = new AgentDelivery({
    outbox,
    sender: chunkSender(kafka, topics.connections, options.compression),
    readTopic: () => readTopicFacts(kafka, topics.connections),
    topic: topics.connections,
    agentName,
    logger,
    clock,
    random: Math.random,
    newId: randomUUID,
    machineId,
    onNewRun: () => history?.begin(),
    ...(options.outboxBytesMax === undefined ? {} : { outboxBytesMax: options.outboxBytesMax }),
    ...(options.refusedRetryMs === undefined ? {} : { refusedRetryMs: options.refusedRetryMs }),
    ...(options.refusedGiveUpMs === undefined ? {} : { refusedGiveUpMs: options.refusedGiveUpMs }),
    ...(letterBox === undefined ? {} : { deadLetters: letterBox }),
  });
  const topic = topics.deadLetters;
  const shippers = letterBox === undefined ? [] : [new LetterShipper({ kafka, topic, box: letterBox, logger, clock })];
  const reports = new Heartbeat({ kafka, topic: topics.agents, logger, clock });
  const watch = watchHistory(delivery, {
    kafka,
    topic: topics.agents,
    reports,
    clock,
    logger,
    ...(options.historyTimes === undefined ? {} : { times: options.historyTimes }),
  });
  history = watch;
  return {
    delivery,
    reports: watch,
    [Symbol.asyncDispose]: async () => {
      try {
        const parts = [delivery, reports, ...shippers].map((part) => part[Symbol.asyncDispose]());
        await Promise.all([...parts, within(closeWaitMs, watch[Symbol.asyncDispose]())]);
      } finally {
        ended.abort();
      }
    },
  };
}

/** A state that was copied and is used twice counts twice what both of them read: said here, seen by the collectors. */
async function noticeMachine(outbox: Outbox, machine: string, logger: Logger): Promise<void> {
  const before = outbox.content.machine;
  if (before === machine) return;
  if (before !== null) {
    logger.warn(
      { before, machine },
      'This state was last used on another machine. Moved is fine; if it was copied and both are used, events count twice',
    );
  }
  await outbox.settle({ machine });
}
