/**
 * Whether a state topic is what collectors can have written, and fits the log that it was counted from. Unlike a
 * collector, which stops at the first record that it does not understand, this goes on and tells each.
 */
import type { AgentReport } from '../../../event/agent-report.ts';
import { UserError } from '../../../runtime/errors.ts';
import { Findings, type StateFinding } from '../../store/state-finding.ts';
import { partitionOf } from '../partition.ts';
import { lossKey } from './loss-record.ts';
import { comparePlaces, highestPlace, laterPlace } from './marks.ts';
import { planReading } from './position.ts';
import type { LogRange } from './position.ts';
import type { TopicRecord } from './read-to-end.ts';
import { StateContents } from './state-contents.ts';
import type { PartitionContents } from './state-contents.ts';
import { UnreadableState } from './state-record.ts';

const newer = 'Use this version of the program or a later one.';
const foreign = 'Something else writes to the topic: give it to the collectors of this group alone.';
const readAgain =
  'Collectors count it themselves at their next takeover and read from the earliest record, which counts nothing twice.';
const gone = 'Nothing brings them back; the verdict says so while it matters.';

export class StateVerifier {
  readonly contents: StateContents;
  readonly #partitions: number;
  readonly #found = new Findings();

  constructor(partitions: number, group: string) {
    this.#partitions = partitions;
    this.contents = new StateContents(partitions, group);
  }

  take(record: Omit<TopicRecord, 'topic'>): void {
    const where = `record ${record.offset} of partition ${record.partition}`;
    try {
      this.contents.take(record);
    } catch (error) {
      if (error instanceof UnreadableState) {
        this.#problem(`${where}: ${error.message}`, error.newer ? newer : foreign);
      } else if (error instanceof UserError) {
        this.#problem(`${where}: ${error.message}`, error.remedy ?? foreign);
      } else {
        throw error;
      }
    }
  }

  /** `connections`: the log as it stood after the state had been read. */
  conclude(connections: ReadonlyMap<number, LogRange>, reports: readonly AgentReport[]): StateFinding[] {
    for (const partition of this.contents.partitions) {
      this.#checkSightings(partition);
      const log = connections.get(partition.committed.partition) ?? { low: 0, high: 0 };
      this.#checkPosition(partition, log);
      this.#checkMarks(partition);
      this.#tellLosses(partition);
      for (const report of reports) this.#checkLedger(partition, log, report);
    }
    return this.#found.list();
  }

  #problem(text: string, remedy: string): void {
    this.#found.add({ severity: 'problem', text, remedy });
  }

  #warning(text: string, remedy: string): void {
    this.#found.add({ severity: 'warning', text, remedy });
  }

  #checkSightings({ committed: { partition }, sightings }: PartitionContents): void {
    let strays = 0;
    for (const { address } of sightings.values()) if (partitionOf(address, this.#partitions) !== partition) strays++;
    if (strays === 0) return;
    this.#problem(
      `${strays} sightings in partition ${partition} belong to another one, so they may be there twice`,
      foreign,
    );
  }

  #checkPosition({ committed: { partition, position } }: PartitionContents, log: LogRange): void {
    const plan = planReading(position, log);
    if (plan.kind === 'lost') this.#problem(`partition ${partition}: ${plan.reason}`, readAgain);
  }

  #checkMarks({ committed: { partition, position, marks } }: PartitionContents): void {
    for (const { lane, run, runFirst, slice, record } of marks) {
      const mark = `partition ${partition}: the mark of the lane ${lane}, run ${run},`;
      // It moves in the transaction that moves the position past its record.
      if (record >= (position?.offset ?? 0)) {
        this.#problem(
          `${mark} is of record ${record}, and counting has come to ${position?.offset ?? 0} only`,
          foreign,
        );
      }
      if (runFirst > slice) this.#problem(`${mark} stands at slice ${slice}, before its first, ${runFirst}`, foreign);
    }
  }

  #tellLosses({ committed: { partition, losses } }: PartitionContents): void {
    for (const { kind, at, count, detail } of losses.values()) {
      const often = count === 1 ? '' : ` (${count} times)`;
      this.#warning(`partition ${partition}, ${new Date(at).toISOString()}: ${kind}${often}: ${detail}`, gone);
    }
  }

  /** Everything that the log held has been counted, and less than an agent had confirmed. */
  #checkLedger({ committed }: PartitionContents, log: LogRange, { name, lanes }: AgentReport): void {
    const { partition, position, marks, losses } = committed;
    if ((position?.offset ?? 0) < log.high) return;
    for (const { lane, ledger } of lanes) {
      const claim = ledger.find((entry) => entry.partition === partition);
      if (claim === undefined) continue;
      const declared = losses.get(lossKey({ kind: 'event gap', lane, subject: '' }))?.upTo ?? null;
      const highest = laterPlace(highestPlace(marks.lane(lane) ?? new Map()), declared);
      if (highest !== null && comparePlaces(claim, highest) <= 0) continue;
      this.#problem(
        `partition ${partition}: the broker confirmed slice ${claim.slice} of the lane ${lane} to the agent ${name}, and it was never counted`,
        gone,
      );
    }
  }
}
