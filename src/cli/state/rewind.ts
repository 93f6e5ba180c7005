/**
 * `straggler state rewind`: lanes are read again from an earlier time. It changes what will be counted, so it says
 * first what that means, refuses what it cannot do exactly unless it is told how to count, and writes everything in
 * one transaction or nothing.
 */
import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { existsSync, readdirSync } from 'node:fs';
import { dropSightings, isInSet, type SightingSet } from '../../delivery/embedded/drop-sightings.ts';
import type { AgentState, FileRecord } from '../../delivery/records.ts';
import { refuseDamage, type StateCopy } from '../../delivery/store/copy-state.ts';
import { isLocked } from '../../delivery/store/state-errors.ts';
import { type LaneRewind, planRewind, type RewindRequest, rewindState } from '../../delivery/store/rewind.ts';
import type { Protocol } from '../../event/protocol.ts';
import { serverKey } from '../../event/server-key.ts';
import { timeText } from '../../event/time-text.ts';
import { bytes, counted, dateTime } from '../../markup/words.ts';
import { parseMoment } from '../../report/moment.ts';
import { systemClock } from '../../runtime/clock.ts';
import { UserError } from '../../runtime/errors.ts';
import { runUntilStopped } from '../../runtime/lifecycle.ts';
import { visibleText } from '../../runtime/visible-text.ts';
import { settingsFrom } from '../settings-from.ts';
import { version } from '../version.ts';
import { contentsOf, lookAtFolder, migrations, sightingPages } from './folder.ts';
import { stateFolder } from './target.ts';

type Options = Readonly<Record<string, unknown>>;

/** What becomes of what was counted: it stays, and what is read again adds to it; or it goes, and is counted anew. */
type Counts = 'keep' | 'drop';

export async function rewindStateCommand(options: Options, output: Writable = process.stdout): Promise<number> {
  return await runUntilStopped(() => rewind(options, output));
}

async function rewind(options: Options, output: Writable): Promise<number> {
  const request = requestOf(options);
  const counts = options['counts'] as Counts | undefined;
  const isTrial = options['dryRun'] === true;
  const { settings } = settingsFrom({ state: options['state'], config: options['config'] });
  const directory = stateFolder(settings);
  const say = (line: string): void => void output.write(`${visibleText(line)}\n`);
  const rewound = await (async () => {
    await using copy = await lookAtFolder(directory);
    refuseDamage(copy);
    if (copy.isInUse && !isTrial) throw inUse(directory);
    const { agent, outbox } = contentsOf(copy);
    const rewinds = lanesOf(agent, request);
    const sets = setsOf(rewinds);
    for (const rewind of rewinds) say(laneText(rewind, request.since));
    const waiting = outbox?.waiting.filter(({ headers }) => rewinds.some(({ before }) => before.id === headers.lane));
    if (waiting !== undefined && waiting.length > 0) {
      say(`${counted(waiting.length, 'chunk', 'chunks')} of theirs wait to be published, and will be as before`);
    }
    for (const line of meaning(copy, sets, request.since, counts)) say(line);
    refuseInexact(copy, agent, rewinds, counts, isTrial);
    return { kind: copy.kind, sets };
  })();
  if (isTrial) {
    say('nothing was written (--dry-run)');
    return 0;
  }
  const { kind, sets } = rewound;
  try {
    await rewindState(
      directory,
      { kind, programVersion: version, migrations: migrations[kind] },
      (state) => lanesOf(state, request),
      (database) => {
        if (counts === 'drop') dropSightings(database, sets);
      },
    );
  } catch (error) {
    // Somebody was quicker.
    throw isLocked(error) || (error instanceof UserError && error.retryable) ? inUse(directory) : error;
  }
  say('done: what is read again begins at the next start');
  return 0;
}

function requestOf(options: Options): RewindRequest {
  const since = String(options['since']);
  const now = systemClock.now();
  let from: number | null = null;
  if (since !== 'all') {
    try {
      from = parseMoment(since, now);
    } catch (error) {
      throw error instanceof UserError ? new UserError(`--since: ${error.message}`) : error;
    }
    if (from > now) throw new UserError(`--since: ${timeText(from)} lies ahead; nothing could be read again.`);
  }
  const texts = (name: string): readonly string[] => (options[name] as readonly string[] | undefined) ?? [];
  return {
    lanes: texts('lane'),
    servers: texts('server').map(serverKey),
    protocols: texts('protocol') as readonly Protocol[],
    since: from,
  };
}

function lanesOf(state: AgentState, request: RewindRequest): LaneRewind[] {
  const isGone = ({ path }: FileRecord): boolean => !existsSync(path);
  const rewinds = planRewind(state, request, { now: systemClock.now(), newId: randomUUID, isGone });
  const order = ({ before: { server, protocol, root } }: LaneRewind): string => `${server}\t${protocol}\t${root}`;
  if (rewinds.length > 0) return rewinds.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  const there = state.lanes.map(({ id, server, protocol }) => `${server} ${protocol} (${id})`).toSorted();
  throw new UserError('No lane is what --lane, --server and --protocol say.', {
    remedy: there.length === 0 ? 'The state has none: nothing was followed yet.' : `There are ${there.join(', ')}.`,
  });
}

/** SMTP rows name their server themselves, so a lane of them tells of any. */
function setsOf(rewinds: readonly LaneRewind[]): SightingSet[] {
  const sets = new Map<string, SightingSet>();
  for (const { before } of rewinds) {
    const { protocol } = before;
    const server = protocol === 'smtp' ? null : before.server;
    sets.set(`${protocol} ${server}`, { protocol, server });
  }
  return [...sets.values()];
}

function laneText({ before, again, kept }: LaneRewind, since: number | null): string {
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

/** What both ways of counting would mean, or the one that was chosen. */
function* meaning(
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
  let known = 0;
  let before = 0;
  for (const page of sightingPages(copy)) {
    for (const sighting of page) {
      if (!sets.some((set) => isInSet(sighting, set))) continue;
      known++;
      if (since !== null && sighting.lastSeen < since) before++;
    }
  }
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

function refuseInexact(
  copy: StateCopy,
  agent: AgentState,
  rewinds: readonly LaneRewind[],
  counts: Counts | undefined,
  isTrial: boolean,
): void {
  if (counts === 'drop') refuseDrop(copy, agent, rewinds);
  if (isTrial) return;
  const wasRead = rewinds.some(({ again }) => again.some(({ offset }) => offset > 0));
  if (counts === undefined && wasRead) {
    throw new UserError('Rows of these lanes were counted, and it was not said what becomes of that.', {
      remedy:
        copy.kind === 'kafka'
          ? 'Give --counts keep if they may count again in totals.'
          : 'Give --counts keep if they may count twice in totals, or --counts drop to count them anew.',
    });
  }
  for (const rewind of rewinds) refuseAway(rewind);
}

function refuseDrop(copy: StateCopy, { lanes }: AgentState, rewinds: readonly LaneRewind[]): void {
  if (copy.kind === 'kafka') {
    throw new UserError('--counts drop: an agent holds no counts; its collectors do, in their state topic.', {
      remedy: 'Give --counts keep if what they have counted may count again in totals.',
    });
  }
  const sets = setsOf(rewinds);
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

/** Logs that are away now would be taken for gone, and what they have told would be forgotten. */
function refuseAway({ before: { server, protocol, root }, again }: LaneRewind): void {
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

function inUse(directory: string): UserError {
  return new UserError(`The state in ${directory} is in use.`, {
    remedy: 'Stop the straggler that uses it, rewind, and start it again; --dry-run works meanwhile.',
  });
}
