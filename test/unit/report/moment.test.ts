import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMoment } from '../../../src/report/moment.ts';

const now = Date.UTC(2026, 10, 24, 10);

test('ISO 8601, in UTC where it names no zone', () => {
  const moments: readonly [string, number][] = [
    ['2026-11-20', Date.UTC(2026, 10, 20)],
    ['2026-11-20T10:00', Date.UTC(2026, 10, 20, 10)],
    ['2026-11-20 10:00:01', Date.UTC(2026, 10, 20, 10, 0, 1)],
    ['2026-11-20T10:00:01.204Z', Date.UTC(2026, 10, 20, 10, 0, 1, 204)],
    ['2026-11-20T10:00+02:00', Date.UTC(2026, 10, 20, 8)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
  ];
  assert.deepEqual(
    moments.map(([text]) => parseMoment(text, now)),
    moments.map(([, ms]) => ms),
  );
});

test('a duration back from now', () => {
  assert.deepEqual([parseMoment('36h', now), parseMoment('7d', now)], [now - 36 * 3_600_000, now - 7 * 86_400_000]);
});

test('what is neither is refused in words', () => {
  for (const text of ['', 'yesterday', '20.11.2026', '2026-11', '10:00', '-5h', '2026-11-20T10']) {
    assert.throws(() => parseMoment(text, now), /is no time: write ISO 8601/, text);
  }
  for (const text of ['2026-02-30', '2026-13-01', '2026-11-20T25:00', '2026-11-20T10:00+99:00']) {
    assert.throws(() => parseMoment(text, now), /is no date and time that exists/, text);
  }
});
