import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { SightingSet } from '../../delivery/embedded/drop-sightings.ts';
import type { AgentState, FileRecord } from '../../delivery/records.ts';
import { type LaneRewind, planRewind, type RewindRequest } from '../../delivery/store/rewind.ts';
import type { Protocol } from '../../event/protocol.ts';
import { serverKey } from '../../event/server-key.ts';
import { timeText } from '../../event/time-text.ts';
import { parseMoment } from '../../report/moment.ts';
import { systemClock } from '../../runtime/clock.ts';
import { UserError } from '../../runtime/errors.ts';

/** What becomes of what was counted: it stays, and what is read again adds to it; or it goes, and is counted anew. */
export type Counts = 'keep' | 'drop';

/** Throws a UserError where `--since` is no time that has passed. */
export function rewindRequest(options: Readonly<Record<string, unknown>>): RewindRequest {
  const texts = (name: string): readonly string[] => (options[name] as readonly string[] | undefined) ?? [];
  return {
    lanes: texts('lane'),
    servers: texts('server').map(serverKey),
    protocols: texts('protocol') as readonly Protocol[],
    since: sinceOf(String(options['since'])),
  };
}

function sinceOf(text: string): number | null {
  if (text === 'all') return null;
  const now = systemClock.now();
  let since: number;
  try {
    since = parseMoment(text, now);
  } catch (error) {
    throw error instanceof UserError ? new UserError(`--since: ${error.message}`) : error;
  }
  if (since <= now) return since;
  throw new UserError(`--since: ${timeText(since)} lies ahead; nothing could be read again.`);
}

/** What the request means for a state; at least one lane, or a UserError that names those that there are. */
export function requestedLanes(state: AgentState, request: RewindRequest): LaneRewind[] {
  const isGone = ({ path }: FileRecord): boolean => !existsSync(path);
  const rewinds = planRewind(state, request, { now: systemClock.now(), newId: randomUUID, isGone });
  const order = ({ before: { server, protocol, root } }: LaneRewind): string => `${server}\t${protocol}\t${root}`;
  if (rewinds.length > 0) return rewinds.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  const there = state.lanes.map(({ id, server, protocol }) => `${server} ${protocol} (${id})`).toSorted();
  throw new UserError('No lane is what --lane, --server and --protocol say.', {
    remedy: there.length === 0 ? 'The state has none: nothing was followed yet.' : `There are ${there.join(', ')}.`,
  });
}

/** What these lanes have counted into. SMTP rows name their server themselves, so a lane of them tells of any. */
export function countedBy(rewinds: readonly LaneRewind[]): SightingSet[] {
  const sets = new Map<string, SightingSet>();
  for (const { before } of rewinds) {
    const { protocol } = before;
    const server = protocol === 'smtp' ? null : before.server;
    sets.set(`${protocol} ${server}`, { protocol, server });
  }
  return [...sets.values()];
}
