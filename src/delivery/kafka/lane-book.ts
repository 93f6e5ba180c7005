/**
 * What one lane has cut, what of it waits and what was acknowledged. Cutting works on a draft, which is adopted when
 * the transaction that stores it has happened: a slice that could not be stored leaves no trace in the chain.
 */
import type { LedgerEntry } from '../../event/agent-report.ts';
import type { LaneDelivery, Slice } from '../delivery.ts';
import type { Chunk } from './chunk.ts';
import { chainPieces } from './cut.ts';
import type { EventPlace, Piece } from './cut.ts';
import type { LanePlace, StoredChunk } from './outbox.ts';

export interface CutSettings {
  readonly run: string;
  readonly partitions: number;
  readonly bytesMax: number;
  readonly agentName: string;
}

export class LaneBook {
  /** The wire lane. */
  readonly lane: string;
  /** Last number given. */
  #slice: number;
  #run = '';
  #runFirst = 0;
  readonly #cut: Map<number, EventPlace>;
  readonly #acknowledged: Map<number, EventPlace>;
  /** By id, in the order of cutting, so that the first one is the oldest. */
  readonly #pending = new Map<number, StoredChunk>();
  #pendingBytes = 0;
  #publishErrors = 0;
  #deadLetters = 0;

  constructor(lane: string, slice: number, cut: readonly LanePlace[], acknowledged: readonly LanePlace[]) {
    this.lane = lane;
    this.#slice = slice;
    this.#cut = new Map(cut.map((place) => [place.partition, placeOnly(place)]));
    this.#acknowledged = new Map(acknowledged.map((place) => [place.partition, placeOnly(place)]));
  }

  /** Last number given, whatever became of it. */
  get lastSlice(): number {
    return this.#slice;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  draft(): LaneDraft {
    return new LaneDraft(this.lane, this.#slice, this.#run, this.#runFirst, this.#cut);
  }

  adopt(draft: LaneDraft): void {
    this.#slice = draft.slice;
    this.#run = draft.run;
    this.#runFirst = draft.runFirst;
    for (const [partition, place] of draft.cut) this.#cut.set(partition, place);
  }

  /** What was drafted is not stored. Its numbers are not given again, whatever became of them. */
  discard(draft: LaneDraft): void {
    this.#slice = draft.slice;
  }

  stored(chunk: StoredChunk): void {
    this.#pending.set(chunk.id, chunk);
    this.#pendingBytes += chunk.bytes;
  }

  /** In the order of cutting, per partition. */
  acknowledged(chunk: StoredChunk): LanePlace {
    if (this.#pending.delete(chunk.id)) this.#pendingBytes -= chunk.bytes;
    const place = { slice: chunk.headers.slice, offset: chunk.headers.lastOffset };
    this.#acknowledged.set(chunk.partition, place);
    return { lane: this.lane, partition: chunk.partition, ...place };
  }

  publishFailed(): void {
    this.#publishErrors++;
  }

  putAside(events: number): void {
    this.#deadLetters += events;
  }

  /** `firstReadAt`: when the oldest slice that is not yet stored was read. */
  report(firstReadAt: number | null): LaneDelivery {
    const [oldest] = this.#pending.values();
    return {
      pendingBytes: this.#pendingBytes,
      oldestUnackedAt: oldest?.readAt ?? firstReadAt,
      publishErrors: this.#publishErrors,
      deadLetters: this.#deadLetters,
      ledger: this.#ledger(),
    };
  }

  #ledger(): LedgerEntry[] {
    const entries = [...this.#acknowledged].map(([partition, place]) => ({ partition, ...place }));
    return entries.toSorted((a, b) => a.partition - b.partition);
  }
}

export class LaneDraft {
  readonly lane: string;
  slice: number;
  run: string;
  runFirst: number;
  /** Last event cut in each partition that this draft has written to. */
  readonly cut = new Map<number, EventPlace>();
  readonly #before: ReadonlyMap<number, EventPlace>;

  constructor(lane: string, slice: number, run: string, runFirst: number, before: ReadonlyMap<number, EventPlace>) {
    this.lane = lane;
    this.slice = slice;
    this.run = run;
    this.runFirst = runFirst;
    this.#before = before;
  }

  /** Gives the slice the next number. */
  number(slice: Slice, pieces: readonly Piece[], settings: CutSettings): Chunk[] {
    this.slice++;
    if (this.run !== settings.run) {
      this.run = settings.run;
      this.runFirst = this.slice;
    }
    const chunks = chainPieces(pieces, {
      lane: this.lane,
      run: this.run,
      runFirst: this.runFirst,
      slice: this.slice,
      partitions: settings.partitions,
      readingBack: slice.readingBack,
      agentName: settings.agentName,
      previous: (partition) => this.cut.get(partition) ?? this.#before.get(partition),
    });
    for (const { partition, headers } of chunks) {
      this.cut.set(partition, { slice: headers.slice, offset: headers.lastOffset });
    }
    return chunks;
  }
}

function placeOnly(place: EventPlace): EventPlace {
  return { slice: place.slice, offset: place.offset };
}
