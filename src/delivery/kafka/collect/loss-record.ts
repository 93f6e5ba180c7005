/**
 * A hole in what was counted, as it is kept: it stays an evidence gap after a restart, and is counted once however
 * many collectors and restarts read it. One record per kind, lane and subject with a count, so that a flood of holes
 * is a rising number and not a growing topic.
 */
import type { Protocol } from '../../../event/protocol.ts';
import type { Loss } from '../../counting.ts';
import type { Place } from './marks.ts';
import { laterPlace } from './marks.ts';

export interface LossRecord {
  readonly kind: Loss['kind'];
  /** Blank where the whole partition is concerned. */
  readonly lane: string;
  /** What it is about where a lane may have several: the two runs of a state's history. */
  readonly subject: string;
  readonly server: string;
  readonly protocol: Protocol | '';
  /** When it was found last. */
  readonly at: number;
  readonly count: number;
  readonly detail: string;
  /** Missing events up to this place are declared and not counted a second time. */
  readonly upTo: Place | null;
}

export type NewLoss = Omit<LossRecord, 'count'>;

export function lossKey(loss: Pick<LossRecord, 'kind' | 'lane' | 'subject'>): string {
  return `${loss.kind}\t${loss.lane}\t${loss.subject}`;
}

/** The record once the loss has been found (again). */
export function addLoss(known: LossRecord | undefined, found: NewLoss): LossRecord {
  if (known === undefined) return { ...found, count: 1 };
  return {
    ...found,
    server: found.server || known.server,
    protocol: found.protocol || known.protocol,
    count: known.count + 1,
    upTo: laterPlace(known.upTo, found.upTo),
  };
}

/** A loss that is older than every window says nothing about any number that is shown. */
export const lossForgottenAfterMs = 90 * 24 * 3_600_000;
