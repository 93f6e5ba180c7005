/**
 * `straggler state rewind`: lanes are read again from an earlier time. It changes what will be counted, so it says
 * first what that means, refuses what it cannot do exactly unless it is told how to count, and writes everything in
 * one transaction or nothing.
 */
import type { Writable } from 'node:stream';
import { dropSightings } from '../../delivery/embedded/drop-sightings.ts';
import { refuseDamage } from '../../delivery/store/copy-state.ts';
import { type LaneRewind, type RewindRequest, rewindState } from '../../delivery/store/rewind.ts';
import { type StateKind, StateLocked } from '../../delivery/store/state-errors.ts';
import { counted } from '../../markup/words.ts';
import { runUntilStopped } from '../../runtime/lifecycle.ts';
import { visibleText } from '../../runtime/visible-text.ts';
import { settingsFrom } from '../settings-from.ts';
import { version } from '../version.ts';
import { contentsOf, lookAtFolder, migrations, wireLanesOf } from './folder.ts';
import { refuseAway, refuseDrop, refuseSilence, rewindInUse } from './rewind-refusal.ts';
import { type Counts, countedBy, requestedLanes, rewindRequest } from './rewind-request.ts';
import { laneText, meaning } from './rewind-text.ts';
import { stateFolder } from './target.ts';

type Options = Readonly<Record<string, unknown>>;

interface Rewinding {
  readonly directory: string;
  readonly request: RewindRequest;
  readonly counts: Counts | undefined;
}

export async function rewindStateCommand(options: Options, output: Writable = process.stdout): Promise<number> {
  const request = rewindRequest(options);
  const { settings } = settingsFrom({ state: options['state'], config: options['config'] });
  const counts = options['counts'] as Counts | undefined;
  const rewinding = { directory: stateFolder(settings), request, counts };
  const say = (line: string): void => void output.write(`${visibleText(line)}\n`);
  return await runUntilStopped(async () => {
    const isTrial = options['dryRun'] === true;
    const kind = await foresee(rewinding, isTrial, say);
    if (!isTrial) await rewind(rewinding, kind);
    say(isTrial ? 'nothing was written (--dry-run)' : 'done: what is read again begins at the next start');
    return 0;
  });
}

/** Says what will happen, and refuses it where it must; on a copy, so nothing is written. */
async function foresee(
  { directory, request, counts }: Rewinding,
  isTrial: boolean,
  say: (line: string) => void,
): Promise<StateKind> {
  await using copy = await lookAtFolder(directory);
  refuseDamage(copy);
  if (copy.isInUse && !isTrial) throw rewindInUse(directory);
  const { agent, outbox } = contentsOf(copy);
  const rewinds = requestedLanes(agent, request);
  if (counts === 'drop') refuseDrop(copy.kind, agent, rewinds);
  for (const lane of rewinds) say(laneText(lane, request.since));
  const ids = outbox === null ? [] : rewinds.flatMap(({ before }) => wireLanesOf(before.id, outbox));
  const waiting = outbox?.waiting.filter(({ headers }) => ids.includes(headers.lane)).length ?? 0;
  if (waiting > 0) say(`${counted(waiting, 'chunk', 'chunks')} of theirs wait to be published, and will be as before`);
  for (const line of meaning(copy, countedBy(rewinds), request.since, counts)) say(line);
  if (isTrial) return copy.kind;
  refuseSilence(copy.kind, rewinds, counts);
  for (const lane of rewinds) refuseAway(lane);
  return copy.kind;
}

/** Under the lock the state is asked again: it may have been used since it was copied. */
async function rewind({ directory, request, counts }: Rewinding, kind: StateKind): Promise<void> {
  let rewinds: LaneRewind[] = [];
  try {
    await rewindState(
      directory,
      { kind, programVersion: version, migrations: migrations[kind] },
      (state) => {
        rewinds = requestedLanes(state, request);
        if (counts === 'drop') refuseDrop(kind, state, rewinds);
        refuseSilence(kind, rewinds, counts);
        return rewinds;
      },
      (database) => {
        if (counts === 'drop') dropSightings(database, countedBy(rewinds));
      },
    );
  } catch (error) {
    throw error instanceof StateLocked ? rewindInUse(directory) : error;
  }
}
