import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAgentTables } from '../../../../src/delivery/store/agent-tables.ts';
import type { State, StateOptions } from '../../../../src/delivery/store/open-state.ts';
import { openState } from '../../../../src/delivery/store/open-state.ts';

export const plainState: StateOptions = {
  kind: 'embedded',
  programVersion: '0.1.0',
  migrations: [createAgentTables],
  waitMs: 0,
};

/** A folder for one state, which goes with everything that was opened in it. */
export class StateFolder implements Disposable {
  readonly parent = mkdtempSync(join(tmpdir(), 'straggler-state-'));
  readonly path = join(this.parent, 'state');
  readonly database = join(this.path, 'straggler.db');
  readonly id = join(this.path, 'straggler.id');
  readonly #opened: State[] = [];

  async open(options: Partial<StateOptions> = {}): Promise<State> {
    const state = await openState(this.path, { ...plainState, ...options });
    this.#opened.push(state);
    return state;
  }

  /** Opens and closes: leaves a state as a clean stop does. Answers its id. */
  async make(options: Partial<StateOptions> = {}): Promise<string> {
    const state = await openState(this.path, { ...plainState, ...options });
    state.database.close();
    return state.id;
  }

  [Symbol.dispose](): void {
    for (const { database } of this.#opened) if (database.isOpen) database.close();
    rmSync(this.parent, { recursive: true });
  }
}
