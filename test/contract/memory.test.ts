/** The delivery in memory, which the tests of the agent use, keeps the promises of every delivery. */
import { MemoryDelivery, MemoryState } from '../memory-delivery.ts';
import { deliveryContract } from './delivery.ts';
import { expectedOf } from './expected.ts';

deliveryContract('memory', async () => {
  const memory = new MemoryState();
  let opened: MemoryDelivery | null = null;
  return {
    open: async () => {
      const delivery = new MemoryDelivery(memory);
      opened = delivery;
      return { delivery, counted: async () => expectedOf(memory.delivered), kill: async () => delivery.kill() };
    },
    [Symbol.asyncDispose]: async () => opened?.kill(),
  };
});
