import type { Delivery } from '../../src/delivery/delivery.ts';
import { carryError } from '../../src/runtime/worker/carried-error.ts';
import type { Answered, Asked } from './delivery-messages.ts';
import type { Counted } from './expected.ts';

export interface ServedDelivery {
  readonly delivery: Delivery;
  counted(): Counted | Promise<Counted>;
}

/** The child's side of `DeliveryProcess`: opens a delivery and does with it what it is asked. */
export async function serveDelivery(open: () => Promise<ServedDelivery>): Promise<void> {
  const say = (message: Answered): void => void process.send?.(message);
  let served: ServedDelivery;
  try {
    served = await open();
  } catch (error) {
    say({ refused: carryError(error) });
    process.disconnect();
    return;
  }
  const { delivery, counted } = served;
  const answer = async (asked: Asked): Promise<unknown> => {
    switch (asked.ask) {
      case 'deliver':
        return await delivery.deliver(asked.slice, asked.events);
      case 'record':
        return await delivery.record(asked.change);
      case 'lane':
        return delivery.lane(asked.id);
      case 'drain':
        return await delivery.drain(asked.deadlineMs);
      case 'counted':
        return await counted();
      case 'close':
        return await delivery[Symbol.asyncDispose]();
    }
  };
  process.on('message', (asked: Asked) => {
    const { number } = asked;
    answer(asked).then(
      (result) => say({ number, answer: result }),
      (error: unknown) => say({ number, failure: carryError(error) }),
    );
  });
  say({ opened: delivery.state });
}
