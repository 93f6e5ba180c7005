/** What chaos does to the processes of the line, one deed at a time, and the record of it. */
import type { World } from '../../src/simulator/world.ts';
import type { LocalKafka } from '../broker/local-kafka.ts';
import type { seeded } from '../processes/random.ts';
import type { Restartable } from '../processes/restartable.ts';
import { until } from '../processes/until.ts';

export type Random = ReturnType<typeof seeded>;

export const stepMs = 60_000;

/** Longer than the brokers' and the collectors' sessions: leaders move, partitions are taken over. */
const frozenMs = 7500;

export class Deeds {
  readonly done: string[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #began = Date.now();

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  note(deed: string): void {
    this.done.push(`${((Date.now() - this.#began) / 1000).toFixed(1)} s ${deed}`);
  }

  /** The logs grow meanwhile. */
  async pass(ms: number): Promise<void> {
    const end = Date.now() + ms;
    await until('the time is over', () => {
      this.#world.advanceBy(this.#random.below(stepMs / 4));
      return Date.now() > end;
    });
  }

  /** One process of the line is killed, or stands still for a while. */
  async strike(processes: readonly (readonly [string, Restartable])[]): Promise<void> {
    const [name, victim] = this.#random.pick(processes);
    if (this.#random.below(3) > 0) {
      this.note(`kill ${name}`);
      await victim.killAndStart();
      return;
    }
    this.note(`freeze ${name}`);
    const { current } = victim;
    await current.signal('SIGSTOP');
    await this.pass(1000 + this.#random.below(frozenMs));
    await current.signal('SIGCONT');
    this.note(`thaw ${name}`);
  }

  /** One broker goes by `way`; something else is done while it is away; then it comes back. */
  async withoutBroker(way: string, node: LocalKafka, id: number, meanwhile: () => Promise<void>): Promise<void> {
    this.note(`${way} broker ${id}`);
    if (way === 'kill') await node.kill();
    else if (way === 'stop') await node.stop();
    else node.freeze();
    await this.pass(this.#random.below(1500));
    await meanwhile();
    if (way === 'freeze') {
      await this.pass(frozenMs);
      node.thaw();
    } else {
      await node.restart();
    }
    this.note(`broker ${id} is back`);
    // Until it is in sync again no other may go.
    await this.pass(4000 + this.#random.below(4000));
  }
}
