import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codecs, type Producer, type RecordMetadata } from '../../../../src/delivery/kafka/client.ts';
import { ProducerConnection } from '../../../../src/delivery/kafka/producer-connection.ts';

const request = { topic: 'connections', compression: codecs.none, messages: [{ partition: 3, value: 'x' }] };
const word: RecordMetadata = { topicName: 'connections', partition: 3, errorCode: 0, baseOffset: '7' };

/** Producers of kafkajs as the connection uses them: the first answers `first`, all later ones as they should. */
function producers(first: () => Promise<RecordMetadata[]>): { create: () => Producer; said: string[] } {
  const said: string[] = [];
  let count = 0;
  const create = (): Producer => {
    const number = ++count;
    return {
      connect: async () => void said.push(`connect ${number}`),
      disconnect: async () => void said.push(`disconnect ${number}`),
      send: async () => (number === 1 ? await first() : [word]),
    } as unknown as Producer;
  };
  return { create, said };
}

for (const [what, answers] of [
  ['nothing', []],
  ['another partition', [{ ...word, partition: 4 }]],
  ['another topic', [{ ...word, topicName: 'state' }]],
  ['an error', [{ ...word, errorCode: 6 }]],
  ['more than was asked', [word, { ...word, partition: 4 }]],
] as const) {
  test(`an answer that names ${what} is no word, and its producer is replaced`, async () => {
    const { create, said } = producers(async () => [...answers]);
    {
      await using connection = new ProducerConnection(create);
      await assert.rejects(connection.send(request, 3), /does not confirm partition 3/);
      await connection.send(request, 3);
      await connection.send(request, 3);
    }
    assert.deepEqual(said, ['connect 1', 'disconnect 1', 'connect 2', 'disconnect 2']);
  });
}

test('where the partitioner chooses any partition is taken, but some must be named', async () => {
  const { create } = producers(async () => []);
  await using connection = new ProducerConnection(create);
  await assert.rejects(connection.send(request, null), /does not confirm connections: \[\]/);
  await connection.send(request, null);
});

test('requests that are under way together on a bad producer replace it once, and closing waits for all', async () => {
  const release = Promise.withResolvers<void>();
  const { create, said } = producers(async () => {
    await release.promise;
    return [];
  });
  const connection = new ProducerConnection(create);
  const both = [connection.send(request, 3), connection.send(request, 3)];
  const rejected = Promise.all(both.map((one) => assert.rejects(one, /does not confirm/)));
  release.resolve();
  await rejected;
  await connection.send(request, 3);
  await connection[Symbol.asyncDispose]();
  assert.deepEqual(said.toSorted(), ['connect 1', 'connect 2', 'disconnect 1', 'disconnect 2']);
  await assert.rejects(connection.send(request, 3), /closed/);
});

test('any other failure keeps the producer', async () => {
  const { create, said } = producers(async () => {
    throw new Error('the network is gone');
  });
  {
    await using connection = new ProducerConnection(create);
    for (let time = 0; time < 2; time++) await assert.rejects(connection.send(request, 3), /the network is gone/);
  }
  assert.deepEqual(said, ['connect 1', 'disconnect 1']);
});
