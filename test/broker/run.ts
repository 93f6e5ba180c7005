/** `npm run broker`: a local Apache Kafka on 127.0.0.1:9092 until Ctrl+C, for trying things by hand. */
import { localKafkaObstacle } from './kafka-jars.ts';
import { LocalKafka } from './local-kafka.ts';

const obstacle = await localKafkaObstacle();
if (obstacle !== null) {
  console.error(`No local broker: ${obstacle}.`);
  process.exit(1);
}
const port = Number(process.env['PORT'] ?? 9092);
const kafka = await LocalKafka.start({ port });
console.log(`Apache Kafka serves on 127.0.0.1:${port} (pid ${kafka.pid}); its data goes with it on Ctrl+C.`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void kafka[Symbol.asyncDispose]().then(() => process.exit(0));
  });
}
