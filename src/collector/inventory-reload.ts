/**
 * Keeps the inventory in force in step with its file: all or nothing. A file that cannot be used changes nothing; that
 * is said once, and shown as a metric until the file is right again. Entries that expire are noticed here, too.
 */
import { stat } from 'node:fs/promises';
import type { Clock } from '../runtime/clock.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { loadInventory } from '../inventory/load-inventory.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { KnownClientsBook } from './known-clients.ts';

export interface InventoryReloadOptions {
  readonly path: string;
  readonly known: KnownClientsBook;
  /** Statuses have to be decided anew. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly everyMs?: number;
}

const everyMsDefault = 2000;

/** What tells one content of the file from the next: file time, size and identity. */
async function signatureOf(path: string): Promise<string> {
  try {
    const { mtimeNs, size, ino } = await stat(path, { bigint: true });
    return `${mtimeNs}:${size}:${ino}`;
  } catch (error) {
    return `missing: ${(error as NodeJS.ErrnoException).code}`;
  }
}

export class InventoryReload implements AsyncDisposable {
  readonly #options: InventoryReloadOptions;
  readonly #timer: NodeJS.Timeout;
  #signature: string;
  #expiryAt: number | null;
  #running: Promise<void> = Promise.resolve();

  private constructor(options: InventoryReloadOptions, signature: string) {
    this.#options = options;
    this.#signature = signature;
    this.#expiryAt = options.known.nextExpiryAt;
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#look());
    }, options.everyMs ?? everyMsDefault);
  }

  /** Loads the file for the first time; throws a UserError when it cannot be used. */
  static async start(options: InventoryReloadOptions): Promise<InventoryReload> {
    // Taken before reading: a change in between is seen at the next look.
    const signature = await signatureOf(options.path);
    options.known.use(await loadInventory(options.path));
    options.onChange();
    return new InventoryReload(options, signature);
  }

  async #look(): Promise<void> {
    const { path, known, onChange, clock, logger } = this.#options;
    const signature = await signatureOf(path);
    if (signature !== this.#signature) {
      this.#signature = signature;
      try {
        const inventory: Inventory = await loadInventory(path);
        known.use(inventory);
        onChange();
        logger.info({ path, entries: inventory.entries.length }, 'the inventory was loaded anew');
      } catch (error) {
        known.reloadFailed();
        logger.error({ path, error }, 'the inventory has changed but cannot be used; the one before stays in force');
      }
    } else if (this.#expiryAt !== null && clock.now() >= this.#expiryAt) {
      onChange();
    }
    this.#expiryAt = known.nextExpiryAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
