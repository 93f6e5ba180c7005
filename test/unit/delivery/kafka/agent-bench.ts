/** One agent's delivery on a real outbox, with a log in memory in place of the broker. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentDelivery } from '../../../../src/delivery/kafka/agent-delivery.ts';
import type { KafkaDeliveryParts } from '../../../../src/delivery/kafka/agent-delivery.ts';
import { openOutbox } from '../../../../src/delivery/kafka/outbox-client.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import type { ConnectionEvent } from '../../../../src/event/connection-event.ts';
import { decodeEvent } from '../../../../src/event/ndjson.ts';
import { event, slice } from './agent-events.ts';
import type { Appended, MemoryLog } from './agent-memory-log.ts';

export async function stateFolder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'straggler-agent-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

let runs = 0;

export async function start(directory: string, log: MemoryLog, change: Partial<KafkaDeliveryParts> = {}) {
  const outbox = change.outbox ?? (await openOutbox({ directory, programVersion: '0.0.0' }));
  return new AgentDelivery({
    outbox,
    sender: log,
    readTopic: async () => ({ partitions: 4, messageBytesMax: 1_048_588 }),
    topic: 'straggler.connections',
    agentName: 'agent',
    logger: silentLogger,
    clock: systemClock,
    random: () => 0.5,
    newId: () => `run-${++runs}`,
    machineId: () => 'machine',
    ...change,
  });
}

/** `count` events of one slice of a lane, from several clients; slice `number` covers its own thousand bytes. */
export function sliceOf(lane: string, number: number, count = 8) {
  const start = number * 1000;
  const events = Array.from({ length: count }, (_, index) =>
    event(start + index, `10.0.0.${(number * 3 + index) % 200}`),
  );
  return [slice(lane, start, start + 1000), events] as const;
}

export function eventsIn(appended: readonly Appended[]): ConnectionEvent[] {
  return appended.flatMap(({ body }) => body.toString().trimEnd().split('\n').map(decodeEvent));
}

/** Polls; fails the test when it does not come true in time. */
export async function until(condition: () => boolean, what: string, deadlineMs = 10_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!condition()) {
    assert.ok(performance.now() < end, `in ${deadlineMs} ms: ${what}`);
    await sleep(5);
  }
}

/** Whether a promise settles while everything that can happen happens. */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  for (let turn = 0; turn < 10; turn++) await sleep(2);
  return done;
}
