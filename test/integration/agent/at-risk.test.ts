/** Unread bytes whose share is gone for good, or that nobody follows any more: counted, and said, as long as it lasts. */
import assert from 'node:assert/strict';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { evidenceGaps } from '../../../src/collector/evidence.ts';
import type { LaneReport } from '../../../src/event/agent-report.ts';
import { agentReport, collectorSettings, noon, whole } from '../../unit/collector/fixtures.ts';
import { Following, HandClock, header, minuteMs, row, rows, until } from './following.ts';

const name = 'POP32026112010-1.LOG';
const text = header + rows(0, 100);

/** What the collector makes of it. */
function gapsOf(lane: LaneReport): string[] {
  const report = agentReport([lane], { server: lane.server });
  return evidenceGaps({
    now: noon,
    settings: collectorSettings(),
    agents: [{ report, heardAt: noon, clockSkewMs: 0 }],
    proofOf: () => ({ lastSeen: noon, probed: true }),
    losses: [],
    counting: whole,
  }).map(({ reason, text: words }) => `${reason}: ${words}`);
}

/** Killed when one slice of ten rows is durable and the next ones are on their way; answers how many bytes are unread. */
async function killedInTheMiddle(following: Following): Promise<number> {
  await following.write(name, text);
  const sliceBytesMax = header.length + 10 * row('s10').length;
  const { memory } = following;
  await following.start({ limits: { sliceBytesMax } }, (delivery) => {
    delivery.refuseLane = () => memory.delivered.length > 0;
  });
  await until(() => following.delivery.refused > 0, 'no second slice came');
  await following.kill();
  assert.equal(memory.delivered.length, 1);
  return text.length - (memory.file(name)?.offset ?? 0);
}

test('after a crash in the middle, what lay unread on a share that is gone for good is counted and said', async () => {
  await using following = await Following.create();
  const unread = await killedInTheMiddle(following);
  assert.ok(unread > 1000 && unread < text.length, `${unread} of ${text.length}`);
  const away = `${following.top}-away`;
  await rename(following.top, away);
  const clock = new HandClock();
  try {
    await following.start({ clock });
    await following.scan();
    clock.pass(2 * minuteMs);
    await following.scan();
    const lane = await following.lane();
    assert.deepEqual([lane.backlogBytes, lane.bytesAtRisk, lane.bytesLost], [unread, unread, 0]);
    assert.match(
      gapsOf(lane).join('\n'),
      /^scan failing: .* cannot be listed: [\s\S]*\nbytes at risk: \d+ bytes of logs/,
    );
    // However long it lasts: nothing is concluded from a share that is away.
    clock.pass(40 * 24 * 60 * minuteMs);
    await following.scan();
    assert.equal((await following.lane()).bytesAtRisk, unread);
  } finally {
    await rename(away, following.top);
  }
  await following.scan();
  const back = await following.lane();
  assert.deepEqual([back.backlogBytes, back.bytesAtRisk], [0, 0]);
  assert.equal(following.sessions.length, 100);
});

test('a short hitch of a share puts nothing at risk', async () => {
  await using following = await Following.create();
  await killedInTheMiddle(following);
  const away = `${following.top}-away`;
  const clock = new HandClock();
  await following.start({ clock, logs: [{ path: following.top, watch: false, scanEveryMs: 3_600_000 }] });
  await following.scan();
  await following.append(name, row('torn').slice(0, 20));
  await following.scan();
  await rename(following.top, away);
  try {
    clock.pass(30_000);
    await following.scan();
    assert.deepEqual([(await following.lane()).backlogBytes, (await following.lane()).bytesAtRisk], [20, 0]);
    clock.pass(31_000);
    assert.equal((await following.lane()).bytesAtRisk, 20);
  } finally {
    await rename(away, following.top);
  }
});

test('what lay unread where no PATH leads any more is counted and said, what was read to its end is not', async () => {
  await using following = await Following.create();
  const unread = await killedInTheMiddle(following);
  const other = join(following.top, 'EX02', 'Logging', 'Pop3');
  await mkdir(other, { recursive: true });
  const clock = new HandClock();
  const logs = [{ path: join(following.top, 'EX02'), watch: false, scanEveryMs: 3_600_000 }];
  await rm(following.folder, { recursive: true });
  await following.start({ clock, logs });
  await following.scan();
  clock.pass(61_000);
  const lane = await following.lane();
  assert.deepEqual([lane.server, lane.filesFollowed, lane.bytesAtRisk], ['EX01', 0, unread]);
  const gaps = gapsOf(lane);
  assert.equal(gaps.length, 2);
  assert.match(gaps[0] ?? '', /^scan failing: .* cannot be listed: no PATH leads there any more, and \d+ bytes are/);
  assert.match(gaps[1] ?? '', /^bytes at risk: /);
});
