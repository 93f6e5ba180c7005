/** What a rewind will do, and what it will mean, for people. Times are UTC. */
import { existsSync } from 'node:fs';
import { isInSet, type SightingSet } from '../../delivery/embedded/drop-sightings.ts';
import type { StateCopy } from '../../delivery/store/copy-state.ts';
import type { LaneRewind } from '../../delivery/store/rewind.ts';
import { timeText } from '../../event/time-text.ts';
import { bytes, counted, dateTime } from '../../markup/words.ts';
import { sightingsOf } from './folder.ts';
import type { Counts } from './rewind-request.ts';

export function laneText({ before, again, kept }: LaneRewind, since: number | null): string {
  const read = again.reduce((sum, { offset }) => sum + offset, 0);
  const gone = again.filter(({ path }) => !existsSync(path)).length;
  const from = since === null ? 'from the first row that is there' : `from ${dateTime(timeText(since))} on`;
  const missing = gone === 0 ? '' : `, of which ${gone} are gone`;
  const stay =
    kept.length === 0 ? '' : `; ${counted(kept.length, 'file', 'files')} with unread rows are gone and stay lost`;
  return (
    `${before.server} ${before.protocol} in ${before.root} is read again ${from} ` +
    `(${counted(again.length, 'file', 'files')} with ${bytes(read)} read so far${missing}${stay})`
  );
}

/** Both ways of counting, or the one that was chosen. */
export function* meaning(
  copy: StateCopy,
  sets: readonly SightingSet[],
  since: number | null,
  counts: Counts | undefined,
): Generator<string> {
  const exact = 'who is known, windows, users, first and last seen stay exact';
  if (copy.kind === 'kafka') {
    yield `--counts keep: what collectors have counted of these rows counts again in totals; ${exact}`;
    return;
  }
  const { known, before } = concerned(copy, sets, since);
  if (counts !== 'drop') {
    yield `--counts keep: rows of up to ${counted(known - before, 'sighting', 'sightings')} count twice in totals; ${exact}`;
  }
  if (counts === 'keep') return;
  const forgotten =
    since === null
      ? 'what only logs that are gone have told is forgotten'
      : `what happened before that time is forgotten, with ${counted(before, 'sighting', 'sightings')} last seen before it`;
  yield `--counts drop: ${counted(known, 'sighting', 'sightings')} leave the state and are counted anew; nothing counts twice; ${forgotten}`;
}

/** How many sightings there are in these sets, and how many of them were last seen before the time. */
function concerned(
  copy: StateCopy,
  sets: readonly SightingSet[],
  since: number | null,
): { readonly known: number; readonly before: number } {
  let known = 0;
  let before = 0;
  for (const sighting of sightingsOf(copy)) {
    if (!sets.some((set) => isInSet(sighting, set))) continue;
    known++;
    if (since !== null && sighting.lastSeen < since) before++;
  }
  return { known, before };
}
