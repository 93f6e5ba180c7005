/** The thread that owns the database of `run`: the page never waits for SQLite. */
import { openState } from '../store/open-state.ts';
import type { State } from '../store/open-state.ts';
import { stateError } from '../store/state-errors.ts';
import { serveWorker } from '../store/worker-host.ts';
import { embeddedMigrations, SightingTables } from './sighting-tables.ts';
import type { StoreCalls } from './store-calls.ts';

const cacheBytes = 64 * 1024 * 1024;

let open: { readonly state: State; readonly tables: SightingTables } | null = null;

function inWords<Result>(work: (tables: SightingTables) => Result): Result {
  if (open === null) throw new Error('the state is not open');
  try {
    return work(open.tables);
  } catch (error) {
    throw stateError(open.state.directory, 'embedded', error);
  }
}

serveWorker<StoreCalls>(
  {
    open: async ({ directory, programVersion, waitMs }) => {
      const state = await openState(directory, {
        kind: 'embedded',
        programVersion,
        migrations: embeddedMigrations,
        waitMs,
        cacheBytes,
      });
      open = { state, tables: new SightingTables(state) };
      return inWords((tables) => tables.load());
    },
    read: (after) => inWords((tables) => tables.read(after)),
    commit: (change) => inWords((tables) => tables.commit(change)),
  },
  () => open?.state.database.close(),
);
