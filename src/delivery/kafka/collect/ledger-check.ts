/**
 * The agents' ledgers beside our marks. An agent reports the last place that the broker has acknowledged per lane and
 * partition; the event of that place is in the log. When everything that was in the log after the report arrived has
 * been counted and the lane's mark is still below, events are gone.
 */
import type { AgentReport } from '../../../event/agent-report.ts';
import type { Protocol } from '../../../event/protocol.ts';
import type { NewLoss } from './loss-record.ts';
import { comparePlaces } from './marks.ts';
import type { Place } from './marks.ts';
import type { PartitionLedger } from './partition-ledger.ts';

interface Claim {
  readonly place: Place;
  readonly agent: string;
  readonly server: string;
  readonly protocol: Protocol;
  /** The round in which it arrived. */
  readonly round: number;
}

interface LaneClaims {
  newest: Claim;
  /** The claim that is being checked, with the partition's end as it was after the claim arrived. */
  checked: { readonly claim: Claim; readonly end: number } | null;
}

/** Lanes of one partition; more are not checked. */
const lanesMax = 20_000;

export class LedgerCheck {
  readonly #partitions = new Map<number, Map<string, LaneClaims>>();
  #round = 0;

  accept(report: AgentReport): void {
    for (const lane of report.lanes) {
      for (const { partition, slice, offset } of lane.ledger) {
        const { server, protocol } = lane;
        this.#note(partition, lane.lane, {
          place: { slice, offset },
          agent: report.name,
          server,
          protocol,
          round: this.#round,
        });
      }
    }
  }

  /** The ends of the partitions are about to be looked up: they judge only claims that have arrived before. */
  beginRound(): void {
    this.#round += 1;
  }

  /** What is missing in a partition whose end, looked up since `beginRound`, is `end`. */
  losses(partition: number, ledger: PartitionLedger, end: number, now: number): NewLoss[] {
    const found: NewLoss[] = [];
    for (const [lane, claims] of this.#partitions.get(partition) ?? []) {
      const { newest, checked } = claims;
      const highest = ledger.highest(lane);
      if (checked === null) {
        if (newest.round < this.#round && !isMet(newest.place, highest)) claims.checked = { claim: newest, end };
      } else if (isMet(checked.claim.place, highest)) {
        claims.checked = null;
      } else if (ledger.position.offset >= checked.end) {
        claims.checked = null;
        found.push(gapOf(lane, checked.claim, now));
      }
    }
    return found;
  }

  #note(partition: number, lane: string, claim: Claim): void {
    let lanes = this.#partitions.get(partition);
    if (lanes === undefined) this.#partitions.set(partition, (lanes = new Map()));
    const claims = lanes.get(lane);
    if (claims !== undefined) claims.newest = claim;
    else if (lanes.size < lanesMax) lanes.set(lane, { newest: claim, checked: null });
  }
}

function isMet(place: Place, highest: Place | null): boolean {
  return highest !== null && comparePlaces(place, highest) <= 0;
}

function gapOf(lane: string, claim: Claim, now: number): NewLoss {
  const { place, agent, server, protocol } = claim;
  const detail = `agent ${agent}: events up to slice ${place.slice} were acknowledged to it and are not in the log`;
  return { kind: 'event gap', lane, subject: '', server, protocol, at: now, detail, upTo: place };
}
