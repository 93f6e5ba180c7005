/** Lanes and file positions, row by row: what `AgentTables.load` refuses as a whole is told one by one. */
import { isProtocol } from '../../event/protocol.ts';
import type { FileRecord, LaneRecord } from '../records.ts';
import type { State } from './open-state.ts';
import { rowChecksum } from './row-checksum.ts';
import { startAnewWith } from './state-errors.ts';
import { Findings, type StateFinding } from './state-finding.ts';

export interface VerifiedRecords {
  readonly findings: readonly StateFinding[];
  /** Those that can be relied on. */
  readonly lanes: readonly LaneRecord[];
  readonly files: readonly FileRecord[];
}

export function verifyAgentRecords(state: Pick<State, 'database' | 'kind'>): VerifiedRecords {
  const found = new Findings();
  const lanes = readRecords<LaneRecord>(state, 'lanes', isLane, found);
  const files = readRecords<FileRecord>(state, 'files', isFile, found);
  const known = new Set(lanes.map(({ id }) => id));
  for (const { path, lane } of files) {
    if (known.has(lane)) continue;
    found.add({
      severity: 'warning',
      text: `${path} belongs to the lane ${lane}, which is not there`,
      remedy:
        'Its rows are read again from the start when it is found; nothing needs to be done where the folder is no longer followed.',
    });
  }
  return { findings: found.list(), lanes, files };
}

function readRecords<Row>(
  { database, kind }: Pick<State, 'database' | 'kind'>,
  table: 'lanes' | 'files',
  isWhole: (record: Partial<Row>, id: string) => boolean,
  found: Findings,
): Row[] {
  const rows: Row[] = [];
  for (const { id, record, checksum } of database.prepare(`SELECT id, record, checksum FROM ${table}`).iterate()) {
    const problem = (text: string): void => found.add({ severity: 'problem', text, remedy: startAnewWith[kind] });
    if (typeof id !== 'string' || typeof record !== 'string' || rowChecksum(id, record) !== checksum) {
      problem(`the record ${String(id)} in the table ${table} is not what was written`);
      continue;
    }
    const parsed = parse<Row>(record);
    if (parsed !== null && isWhole(parsed, id)) rows.push(parsed as Row);
    else problem(`the record ${id} in the table ${table} lacks what a record must have`);
  }
  return rows;
}

function parse<Row>(record: string): Partial<Row> | null {
  try {
    const parsed: unknown = JSON.parse(record);
    return typeof parsed === 'object' && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

function isLane({ id, server, protocol, root, horizon, bytesLost }: Partial<LaneRecord>, key: string): boolean {
  return (
    id === key &&
    typeof server === 'string' &&
    typeof protocol === 'string' &&
    isProtocol(protocol) &&
    typeof root === 'string' &&
    (horizon === null || Number.isSafeInteger(horizon)) &&
    isCount(bytesLost)
  );
}

function isFile({ id, lane, path, offset, prefix, guard, skippingFrom }: Partial<FileRecord>, key: string): boolean {
  if (id !== key || typeof lane !== 'string' || typeof path !== 'string' || !isCount(offset)) return false;
  if (!isRange(prefix) || !isRange(guard)) return false;
  // Both cover only what was read, and an over-long row that is skipped began before the position.
  const covers = prefix.start + prefix.length <= offset && guard.start + guard.length <= offset;
  return covers && (skippingFrom === null || (isCount(skippingFrom) && skippingFrom <= offset));
}

function isRange(range: FileRecord['guard'] | undefined): range is FileRecord['guard'] {
  return range !== undefined && isCount(range.start) && isCount(range.length) && typeof range.hash === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
