/**
 * Keeps the memory of gaps over a restart, in one small file that is replaced whole. It is no count: a file that is
 * missing or unreadable is an empty memory, said once, and never keeps the program from starting.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { protocols } from '../event/protocol.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { RememberedGap } from './gap-memory.ts';
import { gapReasons } from './views.ts';

const fileName = 'evidence-gaps.json';
const bytesMax = 4 * 1024 * 1024;

const time = z.int().min(0);
const remembered = z.object({
  gap: z.object({
    server: z.string().max(256),
    protocol: z.enum([...protocols, '']),
    reason: z.enum(gapReasons),
    text: z.string().max(4096),
  }),
  from: time,
  lastSeen: time,
  to: time.nullable(),
});
const content = z.object({ schema: z.literal(1), gaps: z.array(remembered) });

export class GapFile {
  readonly #path: string;
  readonly #logger: Logger;
  #failed = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: string, logger: Logger) {
    this.#path = join(directory, fileName);
    this.#logger = logger;
  }

  async load(): Promise<readonly RememberedGap[]> {
    try {
      const text = await readFile(this.#path, 'utf8');
      if (text.length > bytesMax) throw new Error('it is too large');
      return content.parse(JSON.parse(text)).gaps;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      this.#logger.warn({ path: this.#path }, 'the gaps in the evidence that an earlier run remembered cannot be read');
      return [];
    }
  }

  /** One after the other; resolves when it is on the disk, or could not be put there, which is said once. */
  save(gaps: readonly RememberedGap[]): Promise<void> {
    const text = JSON.stringify({ schema: 1, gaps });
    this.#writing = this.#writing.then(() => this.#write(text));
    return this.#writing;
  }

  async #write(text: string): Promise<void> {
    const fresh = `${this.#path}.new`;
    try {
      await using file = await open(fresh, 'w', 0o600);
      await file.writeFile(text);
      await file.sync();
      await file.close();
      await rename(fresh, this.#path);
      this.#failed = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#failed) this.#logger.warn({ path: this.#path, reason }, 'the gaps in the evidence cannot be kept');
      this.#failed = true;
    }
  }
}
