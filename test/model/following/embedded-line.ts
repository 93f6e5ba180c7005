/** Embedded delivery on its real database; without the worker thread, so that a start costs a millisecond. */
import { EmbeddedDelivery } from '../../../src/delivery/embedded/embedded-delivery.ts';
import { embeddedMigrations, SightingTables } from '../../../src/delivery/embedded/sighting-tables.ts';
import { openState } from '../../../src/delivery/store/open-state.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { UserError } from '../../../src/runtime/errors.ts';
import { type Sighting, sightingKey } from '../../../src/sighting/sighting.ts';
import { PackedPageReader } from '../../../src/sighting/table/packed-page.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { CountedClients } from '../../contract/counted-clients.ts';
import type { Faults } from './faults.ts';
import type { Line, OpenLine } from './line.ts';

const limits = { everyMs: 0, gatherMs: 0, quietMs: 0, pauseMs: { min: 0, max: 0 }, bytesMax: 1024 * 1024, keysMax: 50 };

export class EmbeddedLine implements Line {
  readonly #directory: string;
  #counted = new Map<string, Sighting>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async open(faults: Faults, clock: Clock): Promise<OpenLine> {
    const state = await openState(this.#directory, {
      kind: 'embedded',
      programVersion: '0.0.0',
      migrations: embeddedMigrations,
    });
    const tables = new SightingTables(state);
    const clients = new CountedClients();
    this.#counted = new Map();
    const show = (sighting: Sighting): void => {
      this.#counted.set(sightingKey(sighting.protocol, sighting.server, sighting.address), sighting);
    };
    for (let after: string | null = '', page; after !== null; after = page.next) {
      page = tables.read(after);
      clients.restore(page.page);
      const packed = new PackedPageReader(page.page);
      while (packed.next()) show(packed.read());
    }
    const delivery = new EmbeddedDelivery({
      state: tables.load(),
      store: {
        commit: (change) => faults.write(() => tables.commit(change)),
        [Symbol.asyncDispose]: async () => {},
      },
      committed: {
        get: (protocol, server, address) => clients.get(protocol, server, address),
        commit: (changes) => {
          clients.commit(changes);
          for (const { sighting } of changes) show(sighting);
        },
        restore: (page) => clients.restore(page),
      },
      observer: clients,
      logger: silentLogger,
      clock,
      random: Math.random,
      limits,
      canRetry: (error) => error instanceof UserError && error.retryable,
      onFatal: () => {},
    });
    return {
      delivery,
      settled: async () => {},
      [Symbol.asyncDispose]: async () => {
        await delivery[Symbol.asyncDispose]();
        state.database.close();
      },
    };
  }

  counted(): ReadonlyMap<string, Sighting> {
    return this.#counted;
  }
}
