/** What a rewind must not do, or not without being told to. */
import { existsSync, readdirSync } from 'node:fs';
import type { AgentState } from '../../delivery/records.ts';
import type { LaneRewind } from '../../delivery/store/rewind.ts';
import type { StateKind } from '../../delivery/store/state-errors.ts';
import { UserError } from '../../runtime/errors.ts';
import { type Counts, countedBy } from './rewind-request.ts';

export function rewindInUse(directory: string): UserError {
  return new UserError(`The state in ${directory} is in use.`, {
    remedy: 'Stop the straggler that uses it, rewind, and start it again; --dry-run works meanwhile.',
  });
}

/** Throws a UserError where dropping what was counted would leave a part of it that is not counted anew. */
export function refuseDrop(kind: StateKind, { lanes }: AgentState, rewinds: readonly LaneRewind[]): void {
  if (kind === 'kafka') {
    throw new UserError('--counts drop: an agent holds no counts; its collectors do, in their state topic.', {
      remedy: 'Give --counts keep if what they have counted may count again in totals.',
    });
  }
  const sets = countedBy(rewinds);
  const left = lanes.find(
    (lane) =>
      !rewinds.some(({ before }) => before.id === lane.id) &&
      sets.some(({ protocol, server }) => protocol === lane.protocol && (server === null || server === lane.server)),
  );
  if (left === undefined) return;
  throw new UserError(
    `--counts drop: ${left.server} ${left.protocol} in ${left.root} counts into the same sightings and would not be read again.`,
    { remedy: `Rewind it too: leave out --lane${left.protocol === 'smtp' ? ' and --server' : ''}.` },
  );
}

/** Throws a UserError where rows were counted, and nobody has said what becomes of that. */
export function refuseSilence(kind: StateKind, rewinds: readonly LaneRewind[], counts: Counts | undefined): void {
  const wasRead = rewinds.some(({ again }) => again.some(({ offset }) => offset > 0));
  if (counts !== undefined || !wasRead) return;
  throw new UserError('Rows of these lanes were counted, and it was not said what becomes of that.', {
    remedy:
      kind === 'kafka'
        ? 'Give --counts keep if they may count again in totals.'
        : 'Give --counts keep if they may count twice in totals, or --counts drop to count them anew.',
  });
}

/** Logs that are away now would be taken for gone, and what they have told would be forgotten. */
export function refuseAway({ before: { server, protocol, root }, again }: LaneRewind): void {
  try {
    readdirSync(root);
  } catch (error) {
    throw new UserError(`The logs in ${root} cannot be listed: ${(error as Error).message}.`, {
      remedy: 'Rewind when they are there, and with an account that may read them.',
      retryable: true,
      cause: error,
    });
  }
  if (again.length === 0 || again.some(({ path }) => existsSync(path))) return;
  throw new UserError(`None of the ${again.length} files of ${server} ${protocol} is in ${root} any more.`, {
    remedy: 'Is the file system there that holds them? Where they are gone for good nothing can be read again.',
  });
}
