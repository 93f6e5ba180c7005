/**
 * Reading again from an earlier time: which lanes begin anew, and what of their files stays. A lane that is rewound is
 * a new lane, with an id of its own and a new horizon: its slices are numbered from 1, so no reader's mark takes them
 * for counted, and no two histories of one lane overlap; and it reads back, so nobody is told that old clients are new.
 *
 * What it reads that had been read before counts again. That cannot be told from here where it was counted by others,
 * so whoever asks for it has to say so.
 */
import type { Protocol } from '../../event/protocol.ts';
import type { AgentState, FileRecord, LaneRecord } from '../records.ts';
import { AgentTables } from './agent-tables.ts';
import type { DatabaseSync, StateOptions } from './open-state.ts';
import { openState } from './open-state.ts';
import { stateError } from './state-errors.ts';
import { transaction } from './transaction.ts';

export interface RewindRequest {
  /** Which lanes; blank lists mean all. */
  readonly lanes: readonly string[];
  /** Keys of servers. */
  readonly servers: readonly string[];
  readonly protocols: readonly Protocol[];
  /** Rows before it are not read again; null = all that are there are read. Milliseconds since the epoch. */
  readonly since: number | null;
}

export interface LaneRewind {
  readonly before: LaneRecord;
  readonly after: LaneRecord;
  /** Files that are read again as far as they are there. */
  readonly again: readonly FileRecord[];
  /** Files that are gone, of which something was seen and not read: they stay, so that it is counted as lost. */
  readonly kept: readonly FileRecord[];
}

/** Pure. `isGone` tells whether nothing stands at the path of a file any more. */
export function planRewind(
  { lanes, files }: AgentState,
  request: RewindRequest,
  context: { readonly now: number; readonly newId: () => string; readonly isGone: (file: FileRecord) => boolean },
): LaneRewind[] {
  const asked = <Value>(list: readonly Value[], value: Value): boolean => list.length === 0 || list.includes(value);
  return lanes
    .filter(
      ({ id, server, protocol }) =>
        asked(request.lanes, id) && asked(request.servers, server) && asked(request.protocols, protocol),
    )
    .map((before) => {
      const after = {
        ...before,
        id: context.newId(),
        horizon: request.since,
        createdAt: context.now,
        readBackDone: false,
      };
      const own = files.filter(({ lane }) => lane === before.id);
      const isKept = (file: FileRecord): boolean => hasUnread(file) && context.isGone(file);
      return { before, after, again: own.filter((file) => !isKept(file)), kept: own.filter(isKept) };
    });
}

function hasUnread({ finished, sizeSeen, offset }: FileRecord): boolean {
  return !finished && (sizeSeen ?? 0) > offset;
}

/**
 * Opens the state, asks `plan` what to do with what it holds by then, and does it in one transaction; nothing is
 * changed when `plan` throws. Throws a UserError where the state cannot be used, or is in use.
 */
export async function rewindState(
  directory: string,
  options: Pick<StateOptions, 'kind' | 'programVersion' | 'migrations'>,
  plan: (state: AgentState) => readonly LaneRewind[],
  alsoIn: (database: DatabaseSync) => void = () => {},
): Promise<void> {
  const state = await openState(directory, { ...options, waitMs: 0 });
  try {
    const tables = new AgentTables(state);
    transaction(state.database, () => {
      for (const { before, after, again, kept } of plan(tables.load())) {
        tables.forgetLane(before.id);
        tables.putLane(after);
        for (const { id } of again) tables.forgetFile(id);
        for (const file of kept) tables.putFile({ ...file, lane: after.id });
      }
      alsoIn(state.database);
    });
  } catch (error) {
    throw stateError(directory, options.kind, error);
  } finally {
    state.database.close();
  }
}
