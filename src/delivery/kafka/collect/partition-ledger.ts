/**
 * What one owned partition has counted since its last commit: sightings, marks, losses and the position, all of which
 * become durable together or not at all. Nothing in here is ever shown: when a commit fails the whole ledger is
 * thrown away, and the committed state is the truth again.
 */
import type { ConnectionEvent } from '../../../event/connection-event.ts';
import type { Protocol } from '../../../event/protocol.ts';
import { Overlay } from '../../../sighting/overlay.ts';
import type { Sighting } from '../../../sighting/sighting.ts';
import type { EventResult } from '../../counting.ts';
import { ChunkError, decodeHeaders } from '../chunk-codec.ts';
import type { ChunkHeaders } from '../chunk.ts';
import { chunkEvents } from './chunk-events.ts';
import { lettersMax } from './dead-letters.ts';
import type { DeadLetter } from './dead-letters.ts';
import { addLoss, lossForgottenAfterMs, lossKey } from './loss-record.ts';
import type { LossRecord, NewLoss } from './loss-record.ts';
import { highestPlace, isCounted, judge, laterPlace, markAfter } from './marks.ts';
import type { Judgement, Mark, Place } from './marks.ts';
import { PartitionMarks } from './partition-marks.ts';
import { fingerprintOf, firstPosition } from './position.ts';
import type { LogRecord, Position } from './position.ts';
import type { StateRecord } from './state-record.ts';

/** What is committed of one partition. */
export interface PartitionState {
  /** Null before the first commit ever. */
  readonly position: Position | null;
  readonly marks: PartitionMarks;
  /** By `lossKey`. */
  readonly losses: ReadonlyMap<string, LossRecord>;
}

export interface LedgerOptions {
  readonly partition: number;
  /** Of the topics; chunks that were cut for another number are refused. */
  readonly partitions: number;
  readonly group: string;
  readonly state: PartitionState;
  /** The committed sightings. */
  readonly lookup: (protocol: Protocol, server: string, address: string) => Sighting | undefined;
  readonly now: () => number;
  /** Events whose last row is older than this are in none of the windows. */
  readonly lateAfterMs: number;
}

/** When the newest event of a live chunk was logged, for the lag until its commit. */
export interface EventTime {
  readonly server: string;
  readonly last: number;
}

/** One commit: what is written, and what may be told about it once it is durable. */
export interface Flush {
  readonly records: readonly StateRecord[];
  readonly position: Position;
  readonly results: Readonly<Record<EventResult, number>>;
  readonly times: readonly EventTime[];
  /** What can never be counted, to be written before the commit. */
  readonly deadLetters: readonly DeadLetter[];
}

const noResults = (): Record<EventResult, number> => ({ accepted: 0, duplicate: 0, late: 0, invalid: 0 });

export class PartitionLedger {
  readonly #options: LedgerOptions;
  readonly #overlay: Overlay;
  readonly #marks: PartitionMarks;
  readonly #losses: Map<string, LossRecord>;
  #position: Position;
  #changedMarks = new Map<string, StateRecord>();
  #changedLosses = new Map<string, StateRecord>();
  #positionMoved = false;
  #results = noResults();
  #times: EventTime[] = [];
  #deadLetters: DeadLetter[] = [];

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#overlay = new Overlay(options.lookup);
    this.#marks = new PartitionMarks(options.state.marks);
    this.#losses = new Map(options.state.losses);
    this.#position = options.state.position ?? firstPosition;
  }

  /** Next record to read. */
  get position(): Position {
    return this.#position;
  }

  /** Keys that the next flush would write. */
  get keys(): number {
    return this.#overlay.size + this.#changedMarks.size + this.#changedLosses.size;
  }

  get changed(): boolean {
    return this.#positionMoved || this.keys > 0;
  }

  /** Highest place of a lane in this partition, missing events that have been declared included. */
  highest(lane: string): Place | null {
    return laterPlace(highestPlace(this.#marks.lane(lane) ?? new Map()), this.#declaredGap(lane));
  }

  /** Reading begins here although the position says nothing yet (a partition that was never counted). */
  begin(from: number): void {
    if (this.#position.offset !== from) this.#position = { offset: from, fingerprint: null };
  }

  /** Counts one record in, whole, and moves the position past it. */
  apply(record: LogRecord): void {
    try {
      this.#applyChunk(decodeHeaders(record.headers, this.#options.partition), record);
    } catch (error) {
      if (!(error instanceof ChunkError)) throw error;
      this.#results.invalid += 1;
      this.lose(this.#partitionLoss('event gap', `record ${record.offset} is no chunk: ${error.message}`));
      this.#bury(record, error.message, record.value);
    }
    this.#position = { offset: record.offset + 1, fingerprint: fingerprintOf(record) };
    this.#positionMoved = true;
  }

  /** Notes a loss; it is told once it is durable. */
  lose(found: NewLoss): void {
    const loss = addLoss(this.#losses.get(lossKey(found)), found);
    this.#losses.set(lossKey(loss), loss);
    this.#changedLosses.set(lossKey(loss), { kind: 'loss', loss });
  }

  /** The log is not the one that was read: count what was lost, and read on from its earliest record. */
  restart(from: number, reason: string): void {
    this.lose(this.#partitionLoss('position lost', reason));
    this.#position = { offset: from, fingerprint: null };
    this.#positionMoved = true;
  }

  /**
   * Forgets marks and losses that nothing can need any more. `earliest` is the first record of the log. Answers
   * whether there are more marks than there may be.
   */
  forget(earliest: number): boolean {
    const now = this.#options.now();
    const { forgotten, full } = this.#marks.forget(earliest, now);
    for (const { lane, run } of forgotten) {
      this.#changedMarks.set(`${lane}\t${run}`, { kind: 'mark gone', lane, run });
    }
    for (const [key, loss] of this.#losses) {
      if (loss.at >= now - lossForgottenAfterMs) continue;
      this.#losses.delete(key);
      this.#changedLosses.set(key, { kind: 'loss gone', key });
    }
    return full;
  }

  /** All changes since the last call, to be written in one transaction. */
  take(): Flush {
    const { group } = this.#options;
    const sightings = this.#overlay.take();
    const flush: Flush = {
      records: [
        ...sightings.map((change): StateRecord => ({ kind: 'sighting', ...change })),
        ...this.#changedMarks.values(),
        ...this.#changedLosses.values(),
        { kind: 'position', group, position: this.#position },
      ],
      position: this.#position,
      results: this.#results,
      times: this.#times,
      deadLetters: this.#deadLetters,
    };
    this.#changedMarks = new Map();
    this.#changedLosses = new Map();
    this.#positionMoved = false;
    this.#results = noResults();
    this.#times = [];
    this.#deadLetters = [];
    return flush;
  }

  #applyChunk(chunk: ChunkHeaders, record: LogRecord): void {
    if (chunk.partitions !== this.#options.partitions) {
      this.#refuseForeignCount(chunk, record);
      return;
    }
    const judgement = judge(this.#marks.lane(chunk.lane), chunk, this.#declaredGap(chunk.lane));
    const { events, unreadable } = chunkEvents(chunk, this.#options.partition, record.value);
    if (judgement.duplicate) {
      this.#results.duplicate += events.length + unreadable.length;
      return;
    }
    let newest: ConnectionEvent | null = null;
    const lateBefore = this.#options.now() - this.#options.lateAfterMs;
    for (const event of events) {
      if (isCounted(judgement, chunk.slice, event.offset)) {
        this.#results.duplicate += 1;
      } else {
        this.#count(event, chunk, lateBefore);
        if (newest === null || event.last > newest.last) newest = event;
      }
    }
    if (newest !== null && !chunk.readingBack) this.#times.push({ server: newest.server, last: newest.last });
    this.#move(markAfter(chunk, { offset: record.offset, at: record.timestamp }));
    this.#noteLosses(chunk, judgement, newest);
    if (unreadable.length > 0) this.#noteUnreadable(chunk, record, unreadable, newest);
  }

  #count(event: ConnectionEvent, chunk: ChunkHeaders, lateBefore: number): void {
    this.#overlay.apply(event, { readingBack: chunk.readingBack });
    this.#results[event.last < lateBefore ? 'late' : 'accepted'] += 1;
  }

  #move(mark: Mark): void {
    this.#marks.set(mark);
    this.#changedMarks.set(`${mark.lane}\t${mark.run}`, { kind: 'mark', mark });
  }

  #noteLosses(chunk: ChunkHeaders, judgement: Judgement, event: ConnectionEvent | null): void {
    if (judgement.gap && chunk.previous !== null) {
      const detail = `agent ${chunk.agentName}: events up to slice ${chunk.previous.slice} never arrived`;
      this.lose({ ...this.#laneLoss('event gap', chunk, event), detail, upTo: chunk.previous });
    }
    for (const run of judgement.overlaps) {
      const subject = [run, chunk.run].toSorted().join(' ');
      if (this.#losses.has(lossKey({ kind: 'state history', lane: chunk.lane, subject }))) continue;
      const detail = `agent ${chunk.agentName}: its state was rolled back or copied (two histories of one lane)`;
      this.lose({ ...this.#laneLoss('state history', chunk, event), subject, detail });
    }
  }

  #noteUnreadable(
    chunk: ChunkHeaders,
    record: LogRecord,
    lines: readonly string[],
    event: ConnectionEvent | null,
  ): void {
    this.#results.invalid += lines.length;
    const detail = `agent ${chunk.agentName}: ${lines.length} events of record ${record.offset} cannot be read`;
    this.lose({ ...this.#laneLoss('event gap', chunk, event), detail });
    this.#bury(record, 'lines that are no events', Buffer.from(lines.join('\n')));
  }

  /** Bounded: a flood of poison is counted, not kept. */
  #bury(record: LogRecord, reason: string, value: Buffer | null): void {
    if (this.#deadLetters.length >= lettersMax) return;
    this.#deadLetters.push({ offset: record.offset, reason, headers: record.headers, value });
  }

  #declaredGap(lane: string): Place | null {
    return this.#losses.get(lossKey({ kind: 'event gap', lane, subject: '' }))?.upTo ?? null;
  }

  /** Its clients were spread over other partitions: counting it here would show one client in two places. */
  #refuseForeignCount(chunk: ChunkHeaders, record: LogRecord): void {
    this.#results.invalid += 1;
    const detail = `agent ${chunk.agentName} cut for ${chunk.partitions} partitions, there are ${this.#options.partitions}`;
    this.lose({ ...this.#laneLoss('partition count', chunk, null), detail });
    this.#bury(record, detail, record.value);
  }

  #laneLoss(kind: LossRecord['kind'], chunk: ChunkHeaders, event: ConnectionEvent | null): NewLoss {
    const { server = '', protocol = '' } = event ?? {};
    return { ...this.#partitionLoss(kind, ''), lane: chunk.lane, server, protocol };
  }

  #partitionLoss(kind: LossRecord['kind'], detail: string): NewLoss {
    return { kind, lane: '', subject: '', server: '', protocol: '', at: this.#options.now(), detail, upTo: null };
  }
}
