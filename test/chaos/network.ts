/** What a network does to clients of a cluster; brokers among themselves do not notice. */
import type { Asked, KafkaProxy } from '../broker/kafka-proxy.ts';
import type { Random } from './deeds.ts';

export const troubles = ['delay', 'cut', 'lose answers', 'partition'] as const;

/** Makes one trouble for a while, and says what it was. The network is whole again when it resolves. */
export async function troubleNetwork(
  proxies: readonly KafkaProxy[],
  random: Random,
  pass: (ms: number) => Promise<void>,
  note: (deed: string) => void,
): Promise<void> {
  const trouble = random.pick(troubles);
  const id = 1 + random.below(proxies.length);
  const one = proxies[id - 1];
  if (one === undefined) return;
  switch (trouble) {
    case 'delay': {
      const delayMs = 100 + random.below(1500);
      note(`answers come ${delayMs} ms late`);
      for (const proxy of proxies) proxy.delayMs = delayMs;
      await pass(2000 + random.below(4000));
      for (const proxy of proxies) proxy.delayMs = 0;
      break;
    }
    case 'cut':
      for (let cuts = 2 + random.below(6); cuts > 0; cuts--) {
        note(`cut all connections of broker ${id}`);
        one.cut();
        await pass(random.below(700));
      }
      break;
    case 'lose answers':
      await loseAnswers(proxies, random, pass, note);
      break;
    case 'partition':
      note(`no network to broker ${id}`);
      one.down();
      await pass(2000 + random.below(6000));
      one.up();
      break;
  }
}

const kinds: readonly (readonly Asked[])[] = [
  ['produce'],
  ['endTransaction'],
  ['initProducerId'],
  ['produce', 'endTransaction', 'initProducerId', 'addPartitionsToTransaction'],
];

async function loseAnswers(
  proxies: readonly KafkaProxy[],
  random: Random,
  pass: (ms: number) => Promise<void>,
  note: (deed: string) => void,
): Promise<void> {
  const before = proxies.reduce((sum, { answersLost }) => sum + answersLost, 0);
  const lose = random.pick(kinds);
  for (const proxy of proxies) {
    proxy.lose = lose;
    proxy.answersToLose = 1 + random.below(5);
  }
  await pass(3000 + random.below(3000));
  for (const proxy of proxies) proxy.answersToLose = 0;
  const lost = proxies.reduce((sum, { answersLost }) => sum + answersLost, 0) - before;
  note(`${lost} answers to ${lose.join(', ')} were lost after the deed`);
}
