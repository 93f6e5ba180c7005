import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { NewestUnknown } from '../../../src/collector/newest-unknown.ts';
import type { Status } from '../../../src/inventory/status.ts';
import { emptySighting } from '../../../src/sighting/sighting.ts';
import type { Sighting } from '../../../src/sighting/sighting.ts';

function sightingOf(client: number, firstSeen: number): Sighting {
  return { ...emptySighting('pop3', 'EX01', `10.0.0.${client}`, 'bounded'), firstSeen, lastSeen: firstSeen };
}

/** What looking at all of them answers. */
function expected(all: Iterable<{ sighting: Sighting; status: Status }>, max: number): string[] {
  return [...all]
    .filter(({ status }) => status === 'unknown')
    .map(({ sighting }) => sighting)
    .sort((left, right) => right.firstSeen - left.firstSeen || (left.address < right.address ? -1 : 1))
    .slice(0, max)
    .map(({ address }) => address);
}

const anyChange = fc.record({
  client: fc.nat(9),
  firstSeen: fc.nat(5),
  status: fc.constantFrom<Status[]>('unknown', 'unknown', 'known', 'probe'),
  isAsked: fc.boolean(),
});

test('the list is what a look at all would make, whatever comes, goes or is seen earlier', () => {
  fc.assert(
    fc.property(fc.nat(4), fc.array(anyChange, { maxLength: 60 }), (max, changes) => {
      const newest = new NewestUnknown(max);
      const all = new Map<number, { sighting: Sighting; status: Status }>();
      const unknown = (): Sighting[] =>
        [...all.values()].filter(({ status }) => status === 'unknown').map(({ sighting }) => sighting);
      for (const { client, firstSeen, status, isAsked } of changes) {
        const before = all.get(client);
        const sighting = sightingOf(client, Math.min(firstSeen, before?.sighting.firstSeen ?? firstSeen));
        all.set(client, { sighting, status });
        newest.changed(before?.sighting, before?.status, sighting, status);
        assert.equal(newest.total, unknown().length);
        if (!isAsked) continue;
        assert.deepEqual(
          newest.list(unknown).map(({ address }) => address),
          expected(all.values(), max),
        );
      }
    }),
    { numRuns: 1000 },
  );
});

test('newcomers and old acquaintances cost no look at all', () => {
  const newest = new NewestUnknown(2);
  const never = (): never => assert.fail('all were looked at');
  for (let client = 0; client < 9; client++)
    newest.changed(undefined, undefined, sightingOf(client, client), 'unknown');
  const seenAgain: Sighting = { ...sightingOf(8, 8), lastSeen: 99 };
  newest.changed(sightingOf(8, 8), 'unknown', seenAgain, 'unknown');
  assert.deepEqual(
    newest.list(never).map(({ address }) => address),
    ['10.0.0.8', '10.0.0.7'],
  );
});
