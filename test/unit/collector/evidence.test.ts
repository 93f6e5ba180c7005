import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeardAgent } from '../../../src/collector/agent-book.ts';
import { type EvidenceInput, evidenceGaps } from '../../../src/collector/evidence.ts';
import type { LaneReport } from '../../../src/event/agent-report.ts';
import { agentReport, collectorSettings, laneReport, noon, serverSettings, whole } from './fixtures.ts';

function heard(lane: Partial<LaneReport> = {}, heardAt = noon): HeardAgent {
  return { report: agentReport([laneReport(lane)]), heardAt, clockSkewMs: 0 };
}

function gapsOf(more: Partial<EvidenceInput>): string[] {
  const input: EvidenceInput = {
    now: noon,
    settings: collectorSettings(),
    agents: [heard()],
    proofOf: () => ({ lastSeen: noon - 60_000, probed: true }),
    losses: [],
    counting: whole,
    ...more,
  };
  return evidenceGaps(input).map((gap) => [gap.server, gap.protocol, gap.reason].filter(Boolean).join(' '));
}

test('the evidence is complete when an agent is alive, rows keep coming and nothing is lost', () => {
  assert.deepEqual(gapsOf({}), []);
});

test('with nothing followed a zero proves nothing', () => {
  assert.deepEqual(gapsOf({ agents: [] }), ['nothing followed']);
});

test('an expected server that never reported is a gap, and so is a protocol that its agent does not follow', () => {
  const settings = collectorSettings([serverSettings({ name: 'EX01', expect: { pop3: 'on', imap4: 'on' } })]);
  assert.deepEqual(gapsOf({ settings, agents: [] }), ['EX01 imap4 never reported', 'EX01 pop3 never reported']);
  assert.deepEqual(gapsOf({ settings }), ['EX01 imap4 nothing followed']);
});

test('an agent that was not heard for more than 180 s is silent', () => {
  assert.deepEqual(gapsOf({ agents: [heard({}, noon - 180_000)] }), []);
  assert.deepEqual(gapsOf({ agents: [heard({}, noon - 180_001)] }), ['EX01 pop3 agent silent']);
});

test('a folder that cannot be listed for a minute is a gap, a shorter hitch is not', () => {
  assert.deepEqual(gapsOf({ agents: [heard({ scanError: 'EACCES', lastScanAt: noon - 30_000 })] }), []);
  assert.deepEqual(gapsOf({ agents: [heard({ scanError: 'EACCES', lastScanAt: noon - 61_000 })] }), [
    'EX01 pop3 scan failing',
  ]);
  assert.deepEqual(gapsOf({ agents: [heard({ scanError: 'ENOENT', lastScanAt: null })] }), ['EX01 pop3 scan failing']);
});

test('while older logs are being read a zero is not believed, and the part that is done is said', () => {
  const agents = [heard({ readBack: { done: false, bytesRead: 63, bytesTotal: 100 } })];
  assert.deepEqual(gapsOf({ agents }), ['EX01 pop3 reading back']);
  const [gap] = evidenceGaps({
    now: noon,
    settings: collectorSettings(),
    agents,
    proofOf: () => ({ lastSeen: noon, probed: true }),
    losses: [],
    counting: whole,
  });
  assert.equal(gap?.text, 'older logs are still being read, 63 % done');
});

test('where probes are logged 15 minutes without a row are a gap', () => {
  const proofAt = (age: number) => () => ({ lastSeen: noon - age, probed: true });
  assert.deepEqual(gapsOf({ proofOf: proofAt(15 * 60_000) }), []);
  assert.deepEqual(gapsOf({ proofOf: proofAt(15 * 60_000 + 1) }), ['EX01 pop3 no rows']);
});

test('where no probes are logged only silenceAfter makes silence mean something', () => {
  const proofOf = () => ({ lastSeen: noon - 3_600_000, probed: false });
  assert.deepEqual(gapsOf({ proofOf }), ['EX01 pop3 no proof of logging']);
  const settings = collectorSettings([serverSettings({ name: 'EX01', silenceAfterMs: 2 * 3_600_000 })]);
  assert.deepEqual(gapsOf({ proofOf, settings }), []);
  assert.deepEqual(gapsOf({ proofOf: () => ({ lastSeen: null, probed: false }), settings }), ['EX01 pop3 no rows']);
});

test('a protocol that is off and a server that is drained are not expected', () => {
  const proofOf = () => ({ lastSeen: null, probed: false });
  const off = collectorSettings([serverSettings({ name: 'EX01', expect: { pop3: 'off' } })]);
  assert.deepEqual(gapsOf({ proofOf, settings: off }), ['nothing followed']);
  const drained = collectorSettings([serverSettings({ name: 'EX01', phase: 'drained', expect: { pop3: 'on' } })]);
  assert.deepEqual(gapsOf({ proofOf, settings: drained }), ['nothing followed']);
});

test('what was lost within the window of the headline is a gap, what was lost before is not', () => {
  assert.deepEqual(gapsOf({ agents: [heard({ bytesLost: 7, lostAt: noon - 86_400_000 })] }), ['EX01 pop3 loss']);
  assert.deepEqual(gapsOf({ agents: [heard({ bytesLost: 7, lostAt: noon - 86_400_001 })] }), []);
  const loss = {
    kind: 'event gap',
    partition: 3,
    lane: 'lane-1',
    server: 'EX01',
    protocol: 'pop3',
    at: noon,
    detail: '4 events are gone',
  } as const;
  assert.deepEqual(gapsOf({ losses: [loss, loss] }), ['EX01 pop3 loss']);
});

test('two agents that follow one log are said, one agent with two folders is not', () => {
  const other = {
    report: agentReport([laneReport({ lane: 'lane-2' })], { agent: 'agent-2', name: 'SHARE' }),
    heardAt: noon,
    clockSkewMs: 0,
  };
  assert.deepEqual(gapsOf({ agents: [heard(), other] }), ['EX01 pop3 two agents']);
  assert.deepEqual(gapsOf({ agents: [heard(), { ...other, heardAt: noon - 200_000 }] }), []);
  const twoFolders = agentReport([laneReport(), laneReport({ lane: 'lane-2', root: '/logs/old' })]);
  assert.deepEqual(gapsOf({ agents: [{ report: twoFolders, heardAt: noon, clockSkewMs: 0 }] }), []);
});

test('bytes that may be gone before they are read are a gap while there are any', () => {
  assert.deepEqual(gapsOf({ agents: [heard({ bytesAtRisk: 7 })] }), ['EX01 pop3 bytes at risk']);
  assert.deepEqual(gapsOf({ agents: [heard({ bytesAtRisk: 7 }, noon - 200_000), heard()] }), []);
  assert.deepEqual(gapsOf({ agents: [heard({ bytesAtRisk: 7 }, noon - 200_000)] }), ['EX01 pop3 agent silent']);
});

test('a state that was rolled back or copied is a gap, whether its agent found out or a collector', () => {
  const replaces = { lane: 'lane-0', at: noon - 86_400_000, reason: 'rolled back' } as const;
  assert.deepEqual(gapsOf({ agents: [heard({ replaces })] }), ['EX01 pop3 state history']);
  assert.deepEqual(gapsOf({ agents: [heard({ replaces: { ...replaces, at: replaces.at - 1 } })] }), []);
  const loss = {
    kind: 'state history',
    partition: 3,
    lane: 'lane-1',
    server: 'EX01',
    protocol: 'pop3',
    at: noon,
    detail: 'two histories of one lane',
  } as const;
  assert.deepEqual(gapsOf({ losses: [loss] }), ['EX01 pop3 state history']);
  assert.deepEqual(gapsOf({ losses: [{ ...loss, kind: 'position lost', server: '', protocol: '' }] }), ['loss']);
});

test('a state that is not whole, or a transport that is away, is a gap of the collector', () => {
  assert.deepEqual(gapsOf({ counting: { ...whole, stateComplete: false } }), ['state incomplete']);
  assert.deepEqual(gapsOf({ counting: { ...whole, connected: false } }), ['state incomplete']);
});

test('SMTP is proven by probes in receive logs alone: message tracking goes on when those are off', () => {
  const proofOf = () => ({ lastSeen: noon, probed: true });
  const smtp = (more: Partial<LaneReport>): HeardAgent[] => [heard({ protocol: 'smtp', ...more })];
  assert.deepEqual(gapsOf({ proofOf, agents: smtp({ lastProbeAt: noon - 60_000 }) }), []);
  assert.deepEqual(gapsOf({ proofOf, agents: smtp({ lastProbeAt: null }) }), ['EX01 smtp no proof of logging']);
  assert.deepEqual(gapsOf({ proofOf, agents: smtp({ lastProbeAt: noon - 3_600_000 }) }), ['EX01 smtp no rows']);
  const settings = collectorSettings([serverSettings({ name: 'EX01', silenceAfterMs: 3_600_000 })]);
  assert.deepEqual(gapsOf({ proofOf, settings, agents: smtp({ lastProbeAt: null }) }), []);
});
