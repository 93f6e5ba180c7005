import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deliveryContract } from './delivery.ts';
import { DeliveryProcess } from './delivery-process.ts';

const program = fileURLToPath(new URL('./embedded-process.ts', import.meta.url));

deliveryContract('embedded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'straggler-embedded-'));
  const started: DeliveryProcess[] = [];
  return {
    open: async () => {
      const delivery = await DeliveryProcess.start(program, [directory]);
      started.push(delivery);
      return { delivery, counted: () => delivery.counted(), kill: () => delivery.kill() };
    },
    [Symbol.asyncDispose]: async () => {
      for (const process of started) await process.kill();
      await rm(directory, { recursive: true });
    },
  };
});
