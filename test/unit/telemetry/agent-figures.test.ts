import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentReport, LaneReport } from '../../../src/event/agent-report.ts';
import { agentFigureNames, agentFigures } from '../../../src/telemetry/agent-figures.ts';
import { createRegistry } from '../../../src/telemetry/registry.ts';

function lane(change: Partial<LaneReport> = {}): LaneReport {
  return {
    lane: 'lane-1',
    server: 'EX01',
    protocol: 'pop3',
    root: '/logs/EX01',
    lastScanAt: 1_000,
    scanError: null,
    filesFollowed: 1,
    filesFound: 2,
    backlogBytes: 100,
    bytesAtRisk: 0,
    bytesLost: 0,
    lostAt: null,
    lastRowAt: 5_000,
    lastProbeAt: null,
    rows: { event: 10, ignored: 2, error: 1 },
    readBack: { done: true, bytesRead: 5, bytesTotal: 5 },
    fileEpochs: {},
    watcherErrors: 0,
    publishErrors: 0,
    deadLetters: 0,
    deadLettersLost: 0,
    outboxBytes: 0,
    oldestUnackedAt: null,
    ledger: [],
    ...change,
  };
}

function report(lanes: readonly LaneReport[], change: Partial<AgentReport> = {}): AgentReport {
  return {
    schema: 1,
    agent: 'agent-1',
    name: 'mail-1',
    version: '0.1.0',
    server: 'EX01',
    startedAt: 1,
    at: 2,
    intervalMs: 10_000,
    lanes,
    ...change,
  };
}

function shown() {
  const registry = createRegistry({ prefix: 'straggler_local_', names: agentFigureNames, processMetrics: false });
  const figures = agentFigures(registry);
  return async (reports: readonly AgentReport[], name: string): Promise<Record<string, number>> => {
    figures.show(reports, (server) => server);
    const { body } = await registry.scrape(undefined);
    const lines = body.split('\n').filter((line) => line.startsWith(`straggler_local_${name}{`));
    return Object.fromEntries(
      lines.map((line) => [line.slice(line.indexOf('{'), line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    );
  };
}

const pop3 = '{server="EX01",protocol="pop3"}';
const read = '{server="EX01",protocol="pop3",result="event"}';

test('lanes of the same server and protocol add up, and the oldest and newest times win', async () => {
  const show = shown();
  const reports = [
    report([
      lane({ backlogBytes: 100, lastRowAt: 5_000, oldestUnackedAt: 9_000 }),
      lane({ lane: 'lane-2', backlogBytes: 11, lastRowAt: null, oldestUnackedAt: 8_000 }),
    ]),
  ];
  assert.deepEqual(await show(reports, 'agent_backlog_bytes'), { [pop3]: 111 });
  assert.deepEqual(await show(reports, 'agent_last_row_timestamp_seconds'), { [pop3]: 5 });
  assert.deepEqual(await show(reports, 'agent_oldest_unacked_timestamp_seconds'), { [pop3]: 8 });
});

test('nothing that waits is no series, and not the year 1970', async () => {
  assert.deepEqual(await shown()([report([lane()])], 'agent_oldest_unacked_timestamp_seconds'), {});
});

test('a counter is not counted twice when the same report is shown again', async () => {
  const show = shown();
  assert.equal((await show([report([lane()])], 'agent_rows_total'))[read], 10);
  assert.equal((await show([report([lane()])], 'agent_rows_total'))[read], 10);
});

test('one agent that starts again lets no sum fall', async () => {
  const show = shown();
  const other = report([lane({ lane: 'lane-2', rows: { event: 1_000, ignored: 0, error: 0 } })], { agent: 'agent-2' });
  assert.equal((await show([report([lane()]), other], 'agent_rows_total'))[read], 1_010);
  const again = report([lane({ rows: { event: 3, ignored: 0, error: 0 } })], { startedAt: 9 });
  assert.equal((await show([again, other], 'agent_rows_total'))[read], 1_013);
  assert.equal((await show([again], 'agent_rows_total'))[read], 1_013, 'a lane that is gone keeps its share');
});

test('a lane that stands in place of another one counts on where that one was', async () => {
  const show = shown();
  assert.equal((await show([report([lane()])], 'agent_rows_total'))[read], 10);
  const replaces = { lane: 'lane-1', at: 1_000, reason: 'copied' } as const;
  const later = lane({ lane: 'lane-9', replaces, rows: { event: 14, ignored: 2, error: 1 } });
  assert.equal((await show([report([later])], 'agent_rows_total'))[read], 14);
});

test('bytes lost are counted since the lane was made, so a restart adds nothing', async () => {
  const show = shown();
  assert.equal((await show([report([lane({ bytesLost: 70 })])], 'agent_bytes_lost_total'))[pop3], 70);
  const again = report([lane({ bytesLost: 75 })], { startedAt: 9 });
  assert.equal((await show([again], 'agent_bytes_lost_total'))[pop3], 75);
});

test('a read-back is 1 only when it is done, whatever its bytes say', async () => {
  const readBack = (done: boolean, bytesRead: number, bytesTotal: number) =>
    report([lane({ readBack: { done, bytesRead, bytesTotal } })]);
  assert.deepEqual(await shown()([readBack(false, 63, 100)], 'agent_read_back_ratio'), { [pop3]: 0.63 });
  assert.deepEqual(await shown()([readBack(false, 120, 100)], 'agent_read_back_ratio'), { [pop3]: 0.999 });
  assert.deepEqual(await shown()([readBack(false, 0, 0)], 'agent_read_back_ratio'), { [pop3]: 0 });
  assert.deepEqual(await shown()([readBack(true, 0, 0)], 'agent_read_back_ratio'), { [pop3]: 1 });
});
