import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeReport, type OwnSide } from '../../../../src/delivery/kafka/own-history.ts';
import { agentReport, laneReport } from '../../collector/fixtures.ts';

const own: OwnSide = {
  agent: 'agent-1',
  startedAt: 1000,
  isOwn: (at) => at === 1500,
  lastSlice: (lane) => ({ 'lane-1': 7, 'lane-2': 3 })[lane] ?? null,
};

function report(
  ledgers: Readonly<Record<string, number>>,
  more: { agent?: string; at?: number; startedAt?: number } = {},
) {
  const lanes = Object.entries(ledgers).map(([lane, slice]) =>
    laneReport({ lane, ledger: [{ partition: 0, slice, offset: 0 }] }),
  );
  return agentReport(lanes, { at: 900, startedAt: 500, ...more });
}

test("a predecessor's last words are as far as our state, or the state is a rolled-back one", () => {
  assert.equal(judgeReport(report({ 'lane-1': 7, 'lane-2': 2 }), own, false), null);
  assert.deepEqual(judgeReport(report({ 'lane-1': 8, 'lane-2': 3 }), own, false), {
    lanes: ['lane-1'],
    reason: 'rolled back',
    mustChangeAgent: false,
  });
});

test('reports of ours, and those of others, say nothing about our state', () => {
  assert.equal(judgeReport(report({ 'lane-1': 9 }, { at: 1500, startedAt: 1000 }), own, true), null);
  assert.equal(judgeReport(report({ 'lane-9': 9 }, { agent: 'agent-2' }), own, true), null);
});

test('who speaks beside us of a lane of ours has a copy of our state, and the later one takes another name', () => {
  const found = { lanes: ['lane-1'], reason: 'copied' };
  assert.deepEqual(judgeReport(report({ 'lane-1': 2 }), own, true), { ...found, mustChangeAgent: true });
  assert.deepEqual(judgeReport(report({ 'lane-1': 2 }, { startedAt: 1001 }), own, true), {
    ...found,
    mustChangeAgent: false,
  });
  // The other one has noticed already, and left.
  const left = agentReport([laneReport({ lane: 'lane-8', replaces: { lane: 'lane-2', at: 1, reason: 'copied' } })]);
  assert.deepEqual(judgeReport(left, { ...own, startedAt: Infinity }, true), {
    lanes: ['lane-2'],
    reason: 'copied',
    mustChangeAgent: true,
  });
  const before = { lanes: ['lane-2'], reason: 'rolled back', mustChangeAgent: false };
  assert.deepEqual(judgeReport(left, own, false), before, 'a state of the time before it left');
  // Nothing but the name is shared.
  assert.deepEqual(judgeReport(report({ 'lane-9': 1 }), own, true), {
    lanes: [],
    reason: 'copied',
    mustChangeAgent: true,
  });
  // The other one has noticed already, and has another name, but not another lane yet.
  assert.deepEqual(judgeReport(report({ 'lane-1': 2 }, { agent: 'agent-2' }), own, true), {
    ...found,
    mustChangeAgent: false,
  });
});
