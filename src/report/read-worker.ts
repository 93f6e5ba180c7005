/** One more thread that reads for a report. */
import { ReaderCaches } from '../exchange-log/reader-caches.ts';
import { userPrivacy } from '../exchange-log/user-privacy.ts';
import { Handover, serveWorker } from '../runtime/worker/worker-host.ts';
import { type PackedTally, buffersOf, packTally } from './packed-tally.ts';
import { FileReader } from './read-file.ts';
import { Tally } from './tally.ts';
import type { ThreadCalls } from './thread-calls.ts';

const { signal } = new AbortController();
const files = new Tally();
let reader: FileReader | null = null;

function handover(tally: Tally): Handover<PackedTally> {
  const packed = packTally(tally);
  return new Handover(packed, buffersOf(packed));
}

serveWorker<ThreadCalls>(
  {
    start({ since, until, users, bytesRead }) {
      const caches = new ReaderCaches(userPrivacy(users));
      reader = new FileReader(caches, { since, until, signal }, (bytes) => Atomics.add(bytesRead, 0, BigInt(bytes)));
    },
    async read(task) {
      if (reader === null) throw new Error('the thread was not started');
      if (task.range === null) return { outcome: await reader.read(task, files), tally: null };
      const part = new Tally();
      const outcome = await reader.read(task, part);
      const { value, buffers } = handover(part);
      return new Handover({ outcome, tally: value }, buffers);
    },
    finish: () => handover(files),
  },
  () => {},
);
