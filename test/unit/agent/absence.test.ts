import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Absence, judgeAbsence } from '../../../src/agent/absence.ts';

const times = { goneAfterMs: 60_000, forgetAfterMs: 30 * 86_400_000 };

function judge(change: Partial<Absence>): string {
  return judgeAbsence(
    {
      missedScans: 2,
      missedForMs: 60_000,
      missingForMs: 60_000,
      isHeld: false,
      unreadBytes: 10,
      isLost: false,
      ...change,
    },
    times,
  );
}

test('unread bytes are lost when complete scans have missed a file twice and for a minute', () => {
  assert.equal(judge({}), 'lose');
  assert.equal(judge({ missedScans: 1 }), 'wait');
  assert.equal(judge({ missedForMs: 59_999 }), 'wait');
});

test('nothing is lost or forgotten while a handle still reads the file', () => {
  assert.equal(judge({ isHeld: true }), 'wait');
  assert.equal(judge({ isHeld: true, unreadBytes: 0, missingForMs: 31 * 86_400_000 }), 'wait');
});

test('a file is forgotten after thirty days, once its unread bytes are counted', () => {
  assert.equal(judge({ unreadBytes: 0, missingForMs: 30 * 86_400_000 - 1 }), 'wait');
  assert.equal(judge({ unreadBytes: 0, missingForMs: 30 * 86_400_000 }), 'forget');
  assert.equal(judge({ isLost: true, missingForMs: 30 * 86_400_000 }), 'forget');
  assert.equal(judge({ missingForMs: 30 * 86_400_000 }), 'lose');
});
