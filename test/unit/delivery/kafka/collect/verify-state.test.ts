import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeState, type StateRecord } from '../../../../../src/delivery/kafka/collect/state-record.ts';
import { StateVerifier } from '../../../../../src/delivery/kafka/collect/verify-state.ts';
import { partitionOf } from '../../../../../src/delivery/kafka/partition.ts';
import type { AgentReport, LaneReport } from '../../../../../src/event/agent-report.ts';
import { emptySighting } from '../../../../../src/sighting/sighting.ts';

const group = 'straggler';
const partitions = 4;

/** A verifier that has read these records, in their order. */
function read(...records: readonly (readonly [partition: number, record: StateRecord])[]): StateVerifier {
  const verifier = new StateVerifier(partitions, group);
  for (const [offset, [partition, record]] of records.entries()) {
    const { key, value } = encodeState(record);
    verifier.take({ partition, offset, timestamp: 1000, key, value: value === null ? null : Buffer.from(value) });
  }
  return verifier;
}

function told(verifier: StateVerifier, ends: Record<number, [low: number, high: number]>, reports: AgentReport[] = []) {
  const log = new Map(Object.entries(ends).map(([partition, [low, high]]) => [Number(partition), { low, high }]));
  return verifier.conclude(log, reports).map(({ severity, text }) => `${severity}: ${text}`);
}

function position(offset: number): StateRecord {
  return { kind: 'position', group, position: { offset, fingerprint: 'f' } };
}

function mark(slice: number, record: number): StateRecord {
  return { kind: 'mark', mark: { lane: 'lane', run: 'run', runFirst: 1, slice, offset: 10, record, at: 1 } };
}

function report(slice: number): AgentReport {
  const lane = { lane: 'lane', ledger: [{ partition: 1, slice, offset: 10 }] } as unknown as LaneReport;
  return { name: 'mx', lanes: [lane] } as unknown as AgentReport;
}

test('a state that fits its log has no findings, empty or not', () => {
  assert.deepEqual(told(read(), {}), []);
  const address = '10.1.2.3';
  const sighting = { ...emptySighting('pop3', 'EX01', address, 'bounded'), firstSeen: 1, lastSeen: 2 };
  const own = partitionOf(address, partitions);
  const verifier = read([own, { kind: 'sighting', sighting, firstSeenLive: false }], [1, mark(3, 6)], [1, position(7)]);
  assert.deepEqual(told(verifier, { 1: [2, 7] }, [report(3)]), []);
});

test('a position outside the log, and a mark beyond the position, are problems', () => {
  assert.deepEqual(told(read([1, position(7)]), { 1: [9, 12] }), [
    'problem: partition 1: the log begins at 9, counting had come to 7',
  ]);
  assert.deepEqual(told(read([1, position(7)]), { 1: [0, 5] }), [
    'problem: partition 1: the log ends at 5, counting had come to 7',
  ]);
  assert.deepEqual(told(read([1, position(7)], [1, mark(3, 7)]), { 1: [0, 8] }), [
    'problem: partition 1: the mark of the lane lane, run run, is of record 7, and counting has come to 7 only',
  ]);
});

test('what was confirmed to an agent and never counted is told once everything was read, and not where it was declared', () => {
  const counted = read([1, mark(3, 6)], [1, position(7)]);
  assert.deepEqual(told(counted, { 1: [0, 9] }, [report(4)]), [], 'two records are still to be read');
  const [gap, ...more] = told(read([1, mark(3, 6)], [1, position(7)]), { 1: [0, 7] }, [report(4)]);
  assert.match(gap ?? '', /^problem: partition 1: the broker confirmed slice 4 of the lane lane to the agent mx/);
  assert.deepEqual(more, []);
  const loss: StateRecord = {
    kind: 'loss',
    loss: {
      kind: 'event gap',
      lane: 'lane',
      subject: '',
      server: 'EX01',
      protocol: 'pop3',
      at: 0,
      count: 2,
      detail: 'agent mx: gone',
      upTo: { slice: 4, offset: 10 },
    },
  };
  assert.deepEqual(told(read([1, mark(3, 6)], [1, position(7)], [1, loss]), { 1: [0, 7] }, [report(4)]), [
    'warning: partition 1, 1970-01-01T00:00:00.000Z: event gap (2 times): agent mx: gone',
  ]);
});

test('records that cannot be read are told by their place, and the rest is still checked', () => {
  const verifier = read([1, position(7)]);
  verifier.take({ partition: 2, offset: 40, timestamp: 1, key: 'z', value: Buffer.from('[1]') });
  verifier.take({ partition: 2, offset: 41, timestamp: 1, key: 'p', value: Buffer.from('[2,"x",1,null]') });
  verifier.take({ partition: 2, offset: 42, timestamp: 1, key: 'p', value: Buffer.from('[1,"others",1,null]') });
  assert.deepEqual(told(verifier, { 1: [0, 5] }), [
    'problem: record 40 of partition 2: a record of an unknown kind ("z")',
    'problem: record 41 of partition 2: a record of version 2, this program knows up to 1',
    'problem: record 42 of partition 2: the state topic holds the state of the group others, this collector is of straggler',
    'problem: partition 1: the log ends at 5, counting had come to 7',
  ]);
});

test('a flood of findings is counted, not printed, and warnings never hide a problem', () => {
  const loss = (subject: string): StateRecord => ({
    kind: 'loss',
    loss: {
      kind: 'state history',
      lane: 'lane',
      subject,
      server: '',
      protocol: '',
      at: 0,
      count: 1,
      detail: '',
      upTo: null,
    },
  });
  const losses = Array.from({ length: 30 }, (_, index) => [0, loss(String(index))] as const);
  const verifier = read(...losses, [1, position(7)]);
  for (let offset = 0; offset < 500; offset++) {
    verifier.take({ partition: 0, offset, timestamp: 1, key: 'z', value: Buffer.from('[1]') });
  }
  const found = told(verifier, {});
  assert.equal(found.length, 42);
  // One of the hidden ones is the position's.
  assert.equal(found[20], 'problem: and 481 more');
  assert.equal(found[41], 'warning: and 10 more');
});
