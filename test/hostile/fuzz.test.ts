/**
 * A short search with a fixed seed, and everything that searches have found. `npm run fuzz -- --minutes N` goes on for
 * longer, with a seed of its own.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { search } from './fuzz/fuzz.ts';
import type { FuzzTarget } from './fuzz/target.ts';
import { targets } from './fuzz/targets.ts';

const runsEach = 400;

for (const target of targets) {
  test(`${target.name}: whatever is put in, its promises hold`, () => {
    const { findings, runs } = search(target, { seed: 9, goesOn: (count) => count < runsEach });
    assert.ok(runs >= runsEach);
    for (const { error } of findings) throw error;
  });
}

test('what was found once is not found again', () => {
  const found = globSync('test/fixtures/hostile/*/*').toSorted();
  assert.ok(found.length > 0, 'no fixture was found: are the tests run from the top of the repository?');
  for (const path of found) {
    const folder = path.split(/[\\/]/).at(-2);
    const target = targets.find(({ name }) => name === folder);
    assert.ok(target !== undefined, `${path} belongs to no target`);
    assert.doesNotThrow(() => target.check(readFileSync(path)), basename(path));
  }
});

test('the search finds a promise that is broken deep inside, and makes its input small', () => {
  const target: FuzzTarget = {
    name: 'broken',
    seeds: () => [Buffer.from('10.1.2.3,known\n10.1.2.4,known\n')],
    words: ['magic', 'word'],
    check(input) {
      if (input.includes('magic') && input.includes('word')) throw new Error('broken');
    },
  };
  const { findings } = search(target, { seed: 1, goesOn: (count) => count < 200_000, findingsMax: 1 });
  const [finding] = findings;
  assert.ok(finding !== undefined, 'nothing was found');
  assert.ok(['magicword', 'wordmagic'].includes(finding.input.toString()), finding.input.toString());
});
