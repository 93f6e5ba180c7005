/**
 * A collector that starts with the state of a million clients (as in `many-clients`) in an aged state topic: every
 * sighting was written twice, every other one three times, and nothing is compacted yet.
 *
 *     node test/bench/many-clients-kafka.ts [clients, 1000000] [partitions, 12]
 */
import { openKafka } from '../../src/delivery/kafka/client.ts';
import type { Message } from '../../src/delivery/kafka/client.ts';
import { encodeState } from '../../src/delivery/kafka/collect/state-record.ts';
import { partitionOf } from '../../src/delivery/kafka/partition.ts';
import { createTopics, topicNames } from '../../src/delivery/kafka/topics.ts';
import { applyEvent, emptySighting } from '../../src/sighting/sighting.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { LocalKafka } from '../broker/local-kafka.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { circumstances, printTable } from './figures.ts';
import { eventsOfClient, servers, whatItTakes } from './many-clients-questions.ts';

const clients = Number(process.argv[2] ?? 1_000_000);
const partitions = Number(process.argv[3] ?? 12);
const requestRecords = 500;
const deadlineMs = 600_000;

const kafka = await LocalKafka.start({ heap: '1g' });

/** Answers how many records the topic holds. */
async function fill(): Promise<number> {
  const client = openKafka({ brokers: kafka.brokers, clientId: 'bench' }, silentLogger);
  const admin = client.admin();
  await admin.connect();
  const names = topicNames();
  await createTopics(admin, { names, partitions, retentionMs: 86_400_000 });
  await admin.disconnect();
  const producer = client.producer();
  await producer.connect();
  const waiting = Array.from({ length: partitions }, (): Message[] => []);
  const send = async (partition: number): Promise<void> => {
    const messages = waiting[partition] ?? [];
    waiting[partition] = [];
    if (messages.length > 0) await producer.send({ topic: names.state, acks: -1, messages });
  };
  const startMs = Date.now() - 2 * clients;
  let records = 0;
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < clients; index++) {
      if (round === 2 && index % 2 === 1) continue;
      for (const event of eventsOfClient(index, clients, startMs)) {
        const sighting = emptySighting(event.protocol, event.server, event.address, 'bounded');
        for (let times = 0; times <= round; times++) applyEvent(sighting, event);
        const partition = partitionOf(event.address, partitions);
        const { key, value } = encodeState({ kind: 'sighting', sighting, firstSeenLive: false });
        records++;
        if ((waiting[partition]?.push({ key, value, partition }) ?? 0) >= requestRecords) await send(partition);
      }
    }
  }
  for (const partition of waiting.keys()) await send(partition);
  await producer.disconnect();
  return records;
}

try {
  const records = await fill();
  const startedAt = performance.now();
  const program = StragglerProcess.start('collector', '--brokers', kafka.brokers.join(','));
  try {
    await program.ready(deadlineMs);
    const readyMs = performance.now() - startedAt;
    console.log(
      `${clients} clients, ${clients * 1.5} sightings, ${servers} servers, ${records} records; ${circumstances()}\n`,
    );
    printTable(['what', 'median', ''], await whatItTakes(program, readyMs));
  } finally {
    await program.signal('SIGTERM');
  }
} finally {
  await kafka[Symbol.asyncDispose]();
}
