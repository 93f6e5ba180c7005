/**
 * The committed state of one partition as its records in the state topic say it, applied in order and each only once:
 * a record counts only above the last applied offset, whether it comes from the topic or from the answer to our own
 * commit.
 */
import { UserError } from '../../../runtime/errors.ts';
import type { LossRecord } from './loss-record.ts';
import { lossKey } from './loss-record.ts';
import { PartitionMarks } from './partition-marks.ts';
import type { PartitionState } from './partition-ledger.ts';
import type { Position } from './position.ts';
import type { StateRecord } from './state-record.ts';

export class CommittedPartition implements PartitionState {
  readonly partition: number;
  readonly marks = new PartitionMarks();
  readonly #group: string;
  readonly #losses = new Map<string, LossRecord>();
  #position: Position | null = null;
  #applied = -1;

  constructor(partition: number, group: string) {
    this.partition = partition;
    this.#group = group;
  }

  get position(): Position | null {
    return this.#position;
  }

  get losses(): ReadonlyMap<string, LossRecord> {
    return this.#losses;
  }

  /** Offset in the state topic of the last record that was applied; -1 before the first. */
  get applied(): number {
    return this.#applied;
  }

  /**
   * Applies a record unless it, or a later one, has been applied. Answers whether it did.
   * @throws {UserError} when the state is another group's.
   */
  apply(offset: number, record: StateRecord | null): boolean {
    if (offset <= this.#applied) return false;
    if (record !== null) this.#take(record);
    this.#applied = offset;
    return true;
  }

  #take(record: StateRecord): void {
    switch (record.kind) {
      case 'sighting':
        return;
      case 'mark':
        this.marks.set(record.mark);
        return;
      case 'mark gone':
        this.marks.delete(record.lane, record.run);
        return;
      case 'position':
        this.#refuseForeign(record.group);
        this.#position = record.position;
        return;
      case 'owner':
        this.#refuseForeign(record.group);
        return;
      case 'loss':
        this.#losses.set(lossKey(record.loss), record.loss);
        return;
      case 'loss gone':
        this.#losses.delete(record.key);
    }
  }

  #refuseForeign(group: string): void {
    if (group === this.#group) return;
    throw new UserError(`the state topic holds the state of the group ${group}, this collector is of ${this.#group}`, {
      remedy: 'Start it with that group (--group), or give this group a state topic of its own (kafka.topics.state).',
    });
  }
}
