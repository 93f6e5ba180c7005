/** The worker thread that owns the outbox's database: a commit waits for the disk, and nobody else should. */
import { openState } from '../store/open-state.ts';
import type { State } from '../store/open-state.ts';
import { stateError } from '../store/state-errors.ts';
import { Handover, serveWorker } from '../../runtime/worker/worker-host.ts';
import type { OutboxCalls } from './outbox-client.ts';
import { OutboxTables, outboxMigrations } from './outbox-tables.ts';

let opened: { readonly state: State; readonly tables: OutboxTables } | null = null;

/** What SQLite throws comes out as the sentence it stands for. */
function inTables<Result>(work: (tables: OutboxTables) => Result): Result {
  if (opened === null) throw new Error('the outbox is not open');
  const { state, tables } = opened;
  try {
    return work(tables);
  } catch (error) {
    throw stateError(state.directory, state.kind, error);
  }
}

function handedOver(packed: readonly Uint8Array<ArrayBuffer>[]): Handover<readonly Uint8Array<ArrayBuffer>[]> {
  return new Handover(
    packed,
    packed.map(({ buffer }) => buffer),
  );
}

serveWorker<OutboxCalls>(
  {
    open: async ({ directory, programVersion }) => {
      const state = await openState(directory, { kind: 'kafka', programVersion, migrations: outboxMigrations });
      opened = { state, tables: new OutboxTables(state) };
      return inTables((tables) => tables.load());
    },
    write: (change) => handedOver(inTables((tables) => tables.write(change))),
    packed: ({ ids }) => handedOver(inTables((tables) => tables.packed(ids))),
    settle: (facts) => inTables((tables) => tables.settle(facts)),
  },
  () => opened?.state.database.close(),
);
