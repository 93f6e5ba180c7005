/** The thread that owns the database of `run`: the page never waits for SQLite. */
import { openState } from '../store/open-state.ts';
import type { State } from '../store/open-state.ts';
import { stateError } from '../store/state-errors.ts';
import { Handover, serveWorker } from '../../runtime/worker/worker-host.ts';
import { embeddedMigrations, SightingTables } from './sighting-tables.ts';
import type { StoreCalls } from './store-calls.ts';

const cacheBytes = 64 * 1024 * 1024;

let open: { readonly state: State; readonly tables: SightingTables } | null = null;

function inWords<Result>(directory: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw stateError(directory, 'embedded', error);
  }
}

function withTables<Result>(work: (tables: SightingTables) => Result): Result {
  if (open === null) throw new Error('the state is not open');
  const { state, tables } = open;
  return inWords(state.directory, () => work(tables));
}

serveWorker<StoreCalls>(
  {
    open: async ({ directory, programVersion, waitMs }) => {
      const migrations = embeddedMigrations;
      const state = await openState(directory, { kind: 'embedded', programVersion, migrations, waitMs, cacheBytes });
      open = { state, tables: inWords(directory, () => new SightingTables(state)) };
      return withTables((tables) => tables.load());
    },
    read: (after) => {
      const read = withTables((tables) => tables.read(after));
      return new Handover(read, [read.page.buffer]);
    },
    stage: (sightings) => withTables((tables) => tables.stage(sightings)),
    commit: (change) => withTables((tables) => tables.commit(change)),
  },
  () => open?.state.database.close(),
);
