/** Puts the agent's side together: the state folder, the topic's producer, the reports of the agent. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../runtime/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { AgentReports } from '../counting.ts';
import { AgentDelivery } from './agent-delivery.ts';
import type { KafkaDelivery } from './agent-delivery.ts';
import { chunkSender } from './chunk-sender.ts';
import { openKafka } from './client.ts';
import type { Codec, KafkaConnection } from './client.ts';
import { Heartbeat } from './heartbeat.ts';
import { machineId } from './machine-id.ts';
import { openOutbox } from './outbox-client.ts';
import type { Outbox } from './outbox.ts';
import { readTopicFacts } from './topic-facts.ts';
import type { TopicNames } from './topics.ts';

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
  /** Nothing can be stored any more: the program has to start anew. */
  readonly onCrash?: (error: Error) => void;
}

export interface AgentSide extends AsyncDisposable {
  readonly delivery: KafkaDelivery;
  readonly reports: AgentReports;
}

const ownRetries = 2;

/**
 * Opens the state and begins to publish what it holds; Kafka need not be there yet. Throws a UserError where the state
 * cannot be used. Disposing closes all of it within some 3 s, whatever Kafka does.
 */
export async function openKafkaDelivery(options: KafkaDeliveryOptions): Promise<AgentSide> {
  const { topics, logger, agentName } = options;
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
    ...(options.outboxBytesMax === undefined ? {} : { outboxBytesMax: options.outboxBytesMax }),
  });
  const reports = new Heartbeat({ kafka, topic: topics.agents, logger, clock });
  return {
    delivery,
    reports,
    [Symbol.asyncDispose]: async () => {
      try {
        await Promise.all([delivery[Symbol.asyncDispose](), reports[Symbol.asyncDispose]()]);
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
