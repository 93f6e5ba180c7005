/**
 * When may a zero be believed? Only when every expected server and protocol proves that its clients would have been
 * seen: an agent is alive and can list the folder, rows came within their time, the older logs are read, nothing was
 * lost within the headline's window, and the collector's own state is whole. Each thing that is missing is a gap,
 * said in words. A positive number needs no evidence: it is at least that many.
 */
import type { CountingStatus, Loss } from '../delivery/counting.ts';
import type { Protocol } from '../event/protocol.ts';
import { formatDuration } from '../runtime/duration.ts';
import { type HeardAgent, type HeardLane, isSilent } from './agent-book.ts';
import type { CollectorSettings } from './settings.ts';
import type { EvidenceGap } from './views.ts';

/** Exchange 2013 and later log a health probe about every minute: rows that stay away longer are a sign. */
const silenceWithProbesMs = 15 * 60_000;

/** Whether probes are expected at all: when there were some in this time. */
const probedWithinMs = 24 * 3_600_000;

/** A folder that could not be listed for this long is not followed. */
const scanFailingAfterMs = 60_000;

/** What the counted state says of one server and protocol. */
export interface Proof {
  /** Largest row time counted; null = no row at all. */
  readonly lastSeen: number | null;
  /** Whether probes were seen within 24 hours. */
  readonly probed: boolean;
}

export interface EvidenceInput {
  readonly now: number;
  readonly settings: CollectorSettings;
  readonly agents: readonly HeardAgent[];
  readonly proofOf: (server: string, protocol: Protocol) => Proof;
  readonly losses: readonly Loss[];
  readonly counting: CountingStatus;
  /** None where no canaries are configured. */
  readonly canaries?: CanaryProof;
}

/** What canaries say; each of their targets is expected. */
export interface CanaryProof {
  readonly states: readonly { readonly target: { readonly server: string; readonly protocol: Protocol } }[];
  troubleOf(server: string, protocol: Protocol): Pick<EvidenceGap, 'reason' | 'text'> | null;
  proves(server: string, protocol: Protocol, now: number): boolean;
}

interface Expected {
  readonly server: string;
  readonly protocol: Protocol;
  readonly lanes: readonly HeardLane[];
  /** Agents that report for the server, whatever they follow. */
  readonly agents: readonly HeardAgent[];
}

/** Named in the configuration (`on`, or by a canary), or followed and not `off`; a drained server is no longer expected. */
function expectedPairs({ settings, agents, canaries }: EvidenceInput): Expected[] {
  const pairs = new Map<string, { server: string; protocol: Protocol }>();
  const add = (server: string, protocol: Protocol): void => {
    pairs.set(`${server}\t${protocol}`, { server, protocol });
  };
  for (const [server, { expect }] of settings.servers) {
    for (const [protocol, word] of Object.entries(expect)) if (word === 'on') add(server, protocol as Protocol);
  }
  for (const { target } of canaries?.states ?? []) add(target.server, target.protocol);
  for (const { report } of agents) for (const { server, protocol } of report.lanes) add(server, protocol);
  return [...pairs.values()]
    .filter(({ server, protocol }) => {
      const configured = settings.servers.get(server);
      return configured?.phase !== 'drained' && configured?.expect[protocol] !== 'off';
    })
    .map(({ server, protocol }) => ({
      server,
      protocol,
      agents: agents.filter(({ report }) => report.server === server),
      lanes: agents.flatMap((agent) =>
        agent.report.lanes
          .filter((lane) => lane.server === server && lane.protocol === protocol)
          .map((lane) => ({ ...agent, lane })),
      ),
    }))
    .toSorted((left, right) => left.server.localeCompare(right.server) || left.protocol.localeCompare(right.protocol));
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

function livenessGap({ now }: EvidenceInput, pair: Expected): Omit<EvidenceGap, 'server' | 'protocol'> | null {
  const { lanes, agents, protocol, server } = pair;
  if (lanes.length === 0) {
    if (agents.length === 0) return { reason: 'never reported', text: `no agent has ever reported for ${server}` };
    return { reason: 'nothing followed', text: `the agent on ${server} follows no ${protocol} logs` };
  }
  const alive = lanes.filter((lane) => !isSilent(lane, now));
  if (alive.length === 0) {
    const last = Math.max(...lanes.map((lane) => lane.heardAt));
    return { reason: 'agent silent', text: `the agent of ${server} was last heard at ${time(last)} UTC` };
  }
  const listed = alive.filter(({ lane, report }) => {
    return lane.scanError === null || (lane.lastScanAt !== null && report.at - lane.lastScanAt <= scanFailingAfterMs);
  });
  const [failing] = alive;
  if (listed.length === 0 && failing !== undefined) {
    return { reason: 'scan failing', text: `${failing.lane.root} cannot be listed: ${failing.lane.scanError ?? ''}` };
  }
  return null;
}

function readBackGap({ now }: EvidenceInput, pair: Expected): Omit<EvidenceGap, 'server' | 'protocol'> | null {
  const reading = pair.lanes.find((lane) => !isSilent(lane, now) && !lane.lane.readBack.done);
  if (reading === undefined) return null;
  const { bytesRead, bytesTotal } = reading.lane.readBack;
  const percent = bytesTotal === 0 ? 0 : Math.min(99, Math.floor((bytesRead / bytesTotal) * 100));
  return { reason: 'reading back', text: `older logs are still being read, ${percent} % done` };
}

/**
 * What proves that SMTP is logged: probes in receive logs. Other rows do not: message tracking has none for months on a
 * server without mail, and goes on when the receive logs are off.
 */
function probesOf({ now }: EvidenceInput, { lanes }: Expected): Proof {
  const times = lanes.flatMap(({ lane }) => (lane.lastProbeAt === null ? [] : [lane.lastProbeAt]));
  const lastSeen = times.length === 0 ? null : Math.max(...times);
  return { lastSeen, probed: lastSeen !== null && now - lastSeen <= probedWithinMs };
}

function rowsGap(input: EvidenceInput, pair: Expected): Omit<EvidenceGap, 'server' | 'protocol'> | null {
  const configured = input.settings.servers.get(pair.server)?.silenceAfterMs ?? null;
  const trouble = input.canaries?.troubleOf(pair.server, pair.protocol) ?? null;
  if (trouble !== null) return trouble;
  if (configured === null && input.canaries?.proves(pair.server, pair.protocol, input.now) === true) return null;
  const { lastSeen, probed } =
    pair.protocol === 'smtp' && configured === null ? probesOf(input, pair) : input.proofOf(pair.server, pair.protocol);
  const silenceAfterMs = configured ?? (probed ? silenceWithProbesMs : null);
  if (silenceAfterMs === null) {
    return {
      reason: 'no proof of logging',
      text: 'no health probes were seen in 24 h and no silenceAfter is set, so silence proves nothing',
    };
  }
  if (lastSeen !== null && input.now - lastSeen <= silenceAfterMs) return null;
  const last = lastSeen === null ? 'there is no row at all' : `the last row is of ${time(lastSeen)} UTC`;
  return { reason: 'no rows', text: `no row within ${formatDuration(silenceAfterMs)}: ${last}; is logging still on?` };
}

function lossGap({ now, settings }: EvidenceInput, pair: Expected): Omit<EvidenceGap, 'server' | 'protocol'> | null {
  const lost = pair.lanes.filter(
    ({ lane }) => lane.bytesLost > 0 && lane.lostAt !== null && now - lane.lostAt <= settings.headline.ms,
  );
  if (lost.length === 0) return null;
  const bytes = lost.reduce((sum, { lane }) => sum + lane.bytesLost, 0);
  const at = Math.max(...lost.map(({ lane }) => lane.lostAt ?? 0));
  return { reason: 'loss', text: `${bytes} bytes of logs were gone before they were read, last at ${time(at)} UTC` };
}

/** What lies unread in files that are gone or cannot be reached may never be seen. */
function riskGap({ now }: EvidenceInput, pair: Expected): Omit<EvidenceGap, 'server' | 'protocol'> | null {
  // What an agent said that is silent, or that was replaced, may long be read by another one.
  const alive = pair.lanes.filter((lane) => !isSilent(lane, now));
  const bytes = alive.reduce((sum, { lane }) => sum + lane.bytesAtRisk, 0);
  if (bytes === 0) return null;
  const text = `${bytes} bytes of logs that are deleted, or whose folder is away, are not read yet`;
  return { reason: 'bytes at risk', text };
}

/** An agent that found its state to be rolled back or copied has said so, and goes on under another lane. */
function historyGap({ now, settings }: EvidenceInput, pair: Expected): Omit<EvidenceGap, 'server' | 'protocol'> | null {
  for (const { lane, report } of pair.lanes) {
    const { replaces } = lane;
    if (replaces === undefined || now - replaces.at > settings.headline.ms) continue;
    const what =
      replaces.reason === 'copied' ? 'a copy of its state is used by another agent' : 'its state was rolled back';
    const text = `agent ${report.name}: ${what}, at ${time(replaces.at)} UTC; totals may count twice, clients do not`;
    return { reason: 'state history', text };
  }
  return null;
}

/** Two agents on one log count its rows twice in every total; the sets of clients stay right. */
function doubledGap({ now }: EvidenceInput, pair: Expected): Omit<EvidenceGap, 'server' | 'protocol'> | null {
  const alive = pair.lanes.filter((lane) => !isSilent(lane, now) && lane.lane.filesFollowed > 0);
  const names = new Map(alive.map(({ report }) => [report.agent, report.name]));
  if (names.size < 2) return null;
  const text = `${[...names.values()].toSorted().join(' and ')} both follow it: totals count twice, clients do not`;
  return { reason: 'two agents', text };
}

/** Gaps that have no lane: of the collector's own state, and of what was lost on the way to it. */
function collectorGaps({ now, settings, losses, counting }: EvidenceInput): EvidenceGap[] {
  const recent = losses.filter((loss) => now - loss.at <= settings.headline.ms);
  const seen = new Set<string>();
  const gaps: EvidenceGap[] = recent
    .map(({ server, protocol, kind, detail }) => ({
      server,
      protocol,
      reason: kind === 'state history' ? kind : ('loss' as const),
      text: `${kind}: ${detail}`,
    }))
    .filter((gap) => {
      const key = JSON.stringify(gap);
      return seen.size < seen.add(key).size;
    });
  if (!counting.stateComplete || !counting.connected) {
    const text = counting.reasons.join('; ') || 'the state is not whole';
    gaps.push({ server: '', protocol: '', reason: 'state incomplete', text });
  }
  return gaps;
}

/** All gaps, in a stable order; the evidence is complete when there is none. */
export function evidenceGaps(input: EvidenceInput): EvidenceGap[] {
  const pairs = expectedPairs(input);
  const gaps: EvidenceGap[] = collectorGaps(input);
  if (pairs.length === 0) {
    gaps.push({ server: '', protocol: '', reason: 'nothing followed', text: 'no server is followed yet' });
  }
  for (const pair of pairs) {
    const { server, protocol } = pair;
    const liveness = livenessGap(input, pair);
    const found = liveness === null ? [readBackGap(input, pair), rowsGap(input, pair)] : [liveness];
    for (const gap of [
      ...found,
      riskGap(input, pair),
      lossGap(input, pair),
      historyGap(input, pair),
      doubledGap(input, pair),
    ])
      if (gap !== null) gaps.push({ server, protocol, ...gap });
  }
  return gaps;
}
