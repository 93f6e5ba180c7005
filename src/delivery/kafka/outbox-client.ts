import { WorkerClient } from '../../runtime/worker/worker-client.ts';
import { chunksOf, isLarge } from './outbox.ts';
import type { Outbox, OutboxContent, OutboxFacts, OutboxWrite } from './outbox.ts';

/** What the worker can be asked. */
export interface OutboxCalls {
  open(request: { readonly directory: string; readonly programVersion: string }): OutboxContent;
  write(change: OutboxWrite): readonly Uint8Array<ArrayBuffer>[];
  packed(request: { readonly ids: readonly number[] }): readonly Uint8Array<ArrayBuffer>[];
  settle(facts: OutboxFacts): void;
}

export interface OpenOutboxOptions {
  readonly directory: string;
  readonly programVersion: string;
  /** The worker is gone, and every call fails from now on: the program has to start anew. */
  readonly onCrash?: (error: Error) => void;
}

/** Throws a UserError where the state cannot be used: locked, damaged, newer, not writable. */
export async function openOutbox(options: OpenOutboxOptions): Promise<Outbox> {
  const { directory, programVersion, onCrash } = options;
  const worker = new WorkerClient<OutboxCalls>(
    new URL('./outbox-worker.ts', import.meta.url),
    onCrash === undefined ? {} : { onCrash },
  );
  try {
    const content = await worker.call('open', { directory, programVersion });
    return {
      content,
      write: (change) => worker.call('write', change, largeBodies(change)),
      packed: (ids) => worker.call('packed', { ids }),
      settle: (facts) => worker.call('settle', facts),
      [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
    };
  } catch (error) {
    await worker[Symbol.asyncDispose]();
    throw error;
  }
}

/** Handed over instead of copied. */
function largeBodies(change: OutboxWrite): ArrayBuffer[] {
  return chunksOf(change)
    .filter(isLarge)
    .map(({ body }) => body.buffer);
}
