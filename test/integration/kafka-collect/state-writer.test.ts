import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StateWriter } from '../../../src/delivery/kafka/collect/state-writer.ts';
import { requireBroker } from '../../require.ts';
import { TestTopics } from './topics.ts';
import { until } from './until.ts';

function connections(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

test('a writer that is given up while it connects or writes leaves no connection behind', async (t) => {
  const broker = await requireBroker(t);
  if (broker === null) return;
  await using topics = await TestTopics.create(broker.brokers, 1);
  const before = connections();
  const writer = (): StateWriter =>
    new StateWriter({
      kafka: topics.kafka,
      group: topics.names.state,
      stateTopic: topics.names.state,
      partition: 0,
      still: () => undefined,
    });
  const connecting = writer();
  const connected = connecting.connect().catch(() => undefined);
  connecting.abandon();
  await connected;
  const writing = writer();
  await writing.connect();
  const record = { kind: 'owner', group: topics.names.state, collector: 'one', at: 0 } as const;
  const written = writing.write([record], () => undefined).catch(() => undefined);
  writing.abandon();
  await written;
  await until('the connections are closed', () => connections() <= before);
  assert.ok(connections() <= before);
});
