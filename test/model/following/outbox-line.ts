/**
 * The agent's side of delivery by Kafka on its real outbox, with a log in memory in place of the broker. What reads
 * the log counts by the rule of the marks: an event at or below its run's highest place was counted before.
 */
import { randomUUID } from 'node:crypto';
import { AgentDelivery } from '../../../src/delivery/kafka/agent-delivery.ts';
import type { ChunkSender, SendableChunk } from '../../../src/delivery/kafka/chunk-sender.ts';
import { OutboxTables, outboxMigrations } from '../../../src/delivery/kafka/outbox-tables.ts';
import { openState } from '../../../src/delivery/store/open-state.ts';
import { decodeEvent } from '../../../src/event/ndjson.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { applyEvent, emptySighting, type Sighting, sightingKey } from '../../../src/sighting/sighting.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import type { Faults } from './faults.ts';
import type { Line, OpenLine } from './line.ts';

const partitions = 3;

export class OutboxLine implements Line {
  readonly #directory: string;
  readonly #counted = new Map<string, Sighting>();
  readonly #marks = new Map<string, readonly [slice: number, offset: number]>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async open(faults: Faults, clock: Clock): Promise<OpenLine> {
    const state = await openState(this.#directory, {
      kind: 'kafka',
      programVersion: '0.0.0',
      migrations: outboxMigrations,
    });
    const tables = new OutboxTables(state);
    const sender: ChunkSender = {
      send: (partition, chunks) => faults.write(() => this.#append(partition, chunks)),
      [Symbol.asyncDispose]: async () => {},
    };
    const delivery = new AgentDelivery({
      outbox: {
        content: tables.load(),
        write: (change) => faults.write(() => tables.write(change)),
        packed: async (ids) => tables.packed(ids),
        settle: (facts) => faults.write(() => tables.settle(facts)),
        [Symbol.asyncDispose]: async () => {},
      },
      sender,
      readTopic: async () => ({ partitions, messageBytesMax: 1_048_588 }),
      topic: 'straggler.connections',
      agentName: 'agent',
      logger: silentLogger,
      clock,
      random: () => 0,
      newId: randomUUID,
      machineId: () => 'machine',
    });
    return {
      delivery,
      settled: () => delivery.drain(10_000),
      [Symbol.asyncDispose]: async () => {
        await delivery[Symbol.asyncDispose]();
        state.database.close();
      },
    };
  }

  counted(): ReadonlyMap<string, Sighting> {
    return this.#counted;
  }

  #append(partition: number, chunks: readonly SendableChunk[]): void {
    for (const { headers, body } of chunks) {
      const run = `${partition} ${headers.lane} ${headers.run}`;
      for (const line of body.toString().trimEnd().split('\n')) {
        const event = decodeEvent(line);
        const [slice, offset] = this.#marks.get(run) ?? [0, -1];
        if (headers.slice < slice || (headers.slice === slice && event.offset <= offset)) continue;
        this.#marks.set(run, [headers.slice, event.offset]);
        const key = sightingKey(event.protocol, event.server, event.address);
        const sighting =
          this.#counted.get(key) ?? emptySighting(event.protocol, event.server, event.address, 'bounded');
        this.#counted.set(key, sighting);
        applyEvent(sighting, event);
      }
    }
  }
}
