import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKafkaDelivery } from '../../../../src/delivery/kafka/open-agent-delivery.ts';
import { openOutbox } from '../../../../src/delivery/kafka/outbox-client.ts';
import { topicNames } from '../../../../src/delivery/kafka/topics.ts';
import type { Logger } from '../../../../src/telemetry/logger.ts';
import { stateFolder } from './agent-bench.ts';

function open(stateDirectory: string, lines: string[] = []) {
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: (_, message) => lines.push(message),
    error: () => {},
    child: () => logger,
  };
  return openKafkaDelivery({
    // Nobody listens there.
    connection: { brokers: ['127.0.0.1:1'], clientId: 'test' },
    topics: topicNames(),
    stateDirectory,
    programVersion: '0.0.0',
    agentName: 'agent',
    logger,
  });
}

test('an agent opens, and closes, with no broker in sight', async (t) => {
  const directory = await stateFolder(t);
  await using side = await open(directory);
  assert.equal(side.delivery.status().partitions, null);
  assert.ok(side.delivery.state.agent.length > 0);
});

test('a state that another machine has used is said, once', async (t) => {
  const directory = await stateFolder(t);
  {
    await using outbox = await openOutbox({ directory, programVersion: '0.0.0' });
    await outbox.settle({ machine: 'another' });
  }
  const said = async (): Promise<boolean> => {
    const lines: string[] = [];
    await using side = await open(directory, lines);
    assert.ok(side);
    return lines.some((line) => line.includes('another machine'));
  };
  assert.equal(await said(), true);
  assert.equal(await said(), false);
});
