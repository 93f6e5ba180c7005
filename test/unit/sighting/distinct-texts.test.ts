import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { noTexts, restoredTexts, textsOf } from '../../../src/sighting/few-texts.ts';
import { anyUser } from './any-event.ts';

const codePoints = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);

function byCodePoint(left: string, right: string): number {
  const [a, b] = [codePoints(left), codePoints(right)];
  const differs = a.findIndex((point, index) => point !== b[index]);
  return differs === -1 ? a.length - b.length : (a[differs] ?? 0) - (b[differs] ?? -1);
}

/** The definition, with everything kept until the end. */
function naive(texts: readonly string[], keptMax: number): string[] {
  const spellings = new Map<string, string>();
  for (const text of texts.toSorted(byCodePoint).toReversed()) spellings.set(text.toLowerCase(), text);
  const smallest = [...spellings].toSorted(([a], [b]) =>
    sha256(a) < sha256(b) ? -1 : sha256(a) > sha256(b) ? 1 : byCodePoint(a, b),
  );
  return smallest
    .slice(0, keptMax)
    .map(([, text]) => text)
    .toSorted(byCodePoint);
}

const sha256 = (text: string): string => createHash('sha256').update(text.toLowerCase()).digest('hex');

/** The k-minimum-values estimate: 15 over the share of all hashes that are not above the 16th. */
function estimate(texts: readonly string[]): number {
  const largest = naive(texts, 16).map(sha256).toSorted().at(-1) ?? '';
  return Math.max(17, Math.round(15 / ((Number.parseInt(largest.slice(0, 12), 16) + 1) / 2 ** 48)));
}

const many = fc.array(anyUser, { maxLength: 120, size: 'max' });

/** JSON can hold halves of surrogate pairs, of which many have one hash. */
const withHalves = fc.array(
  fc.oneof({ weight: 4, arbitrary: anyUser }, fc.constantFrom('\ud800', '\udc00', 'a\ud801')),
  {
    maxLength: 120,
    size: 'max',
  },
);

test('a set that keeps all holds each text once, in the spelling and the order of code points', () => {
  fc.assert(
    fc.property(many, (texts) => {
      const set = textsOf(texts, 'all');
      const expected = naive(texts, Number.POSITIVE_INFINITY);
      assert.deepEqual(set.values(), expected);
      assert.deepEqual([set.size, set.total, set.approximate], [expected.length, expected.length, false]);
    }),
  );
});

test('a bounded set holds the 16 texts whose hashes are smallest, and is exact up to 16', () => {
  fc.assert(
    fc.property(many, (texts) => {
      const set = textsOf(texts, 'bounded');
      const all = naive(texts, Number.POSITIVE_INFINITY);
      assert.deepEqual(set.values(), naive(texts, 16));
      assert.equal(set.approximate, all.length > 16);
      if (all.length <= 16) assert.equal(set.total, all.length);
      else assert.equal(set.total, estimate(texts));
    }),
  );
});

for (const mode of ['all', 'bounded'] as const) {
  test(`sets that are merged in any grouping equal one that saw everything (${mode})`, () => {
    fc.assert(
      fc.property(fc.array(withHalves, { maxLength: 6 }), (groups) => {
        const whole = textsOf(groups.flat(), mode);
        const forwards = groups.reduce((merged, group) => merged.merge(textsOf(group, mode)), noTexts(mode));
        const backwards = groups.reduceRight((merged, group) => textsOf(group, mode).merge(merged), noTexts(mode));
        assert.deepEqual(forwards, whole);
        assert.deepEqual(backwards, whole);
        assert.equal(forwards.total, whole.total);
      }),
    );
  });

  test(`a copy stays as it is while the original grows (${mode})`, () => {
    const texts = Array.from({ length: 20 }, (_, index) => `user${index}`);
    const original = textsOf(texts, mode);
    const copy = original.copy();
    const before = copy.values();
    original.add('another').merge(textsOf(['AA', 'user1x'], mode));
    assert.deepEqual(copy.values(), before);
    assert.equal(copy.total, textsOf(texts, mode).total);
  });
}

test('merging leaves the other set as it is', () => {
  const other = textsOf(
    Array.from({ length: 20 }, (_, index) => `user${index}`),
    'all',
  );
  const merged = textsOf(['another'], 'all').merge(other);
  assert.equal(merged.total, 21);
  assert.equal(other.total, 20);
});

test('the estimate beyond 16 lies near the truth', () => {
  for (const truth of [17, 50, 1000, 20_000]) {
    const estimates = Array.from({ length: 15 }, (_, seed) => {
      const texts = Array.from({ length: truth }, (_unused, index) => `user${seed}-${index}`);
      return textsOf(texts, 'bounded').total;
    });
    const median = estimates.toSorted((a, b) => a - b)[7] ?? 0;
    assert.ok(median > truth * 0.75 && median < truth * 1.35, `${truth}: ${estimates.join(' ')}`);
  }
});

test('a set is restored from what is shown of it', () => {
  fc.assert(
    fc.property(many, (texts) => {
      const bounded = textsOf(texts, 'bounded');
      assert.deepEqual(restoredTexts(bounded.values(), bounded.approximate, 'bounded'), bounded);
      const all = textsOf(texts, 'all');
      assert.deepEqual(restoredTexts(all.values(), false, 'all'), all);
    }),
  );
});

test('what no set could have been is not restored', () => {
  const sixteen = Array.from({ length: 16 }, (_, index) => `user${index}`);
  assert.equal(restoredTexts(['a', 'A'], false, 'bounded'), null);
  assert.equal(restoredTexts([...sixteen, 'one more'], false, 'bounded'), null);
  assert.equal(restoredTexts(['a'], true, 'bounded'), null);
  assert.equal(restoredTexts([...sixteen.slice(1), 'USER2'], true, 'bounded'), null);
  assert.equal(restoredTexts(sixteen, true, 'all'), null);
});

test('a set that keeps all refuses to merge one that dropped texts', () => {
  const texts = Array.from({ length: 20 }, (_, index) => `user${index}`);
  assert.throws(() => textsOf(texts, 'all').merge(textsOf(texts, 'bounded')), TypeError);
});

test('sets of one text are shared without being mixed up', () => {
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 1000; index++) {
      const text = `user${index}`;
      assert.deepEqual(textsOf([text], 'bounded').values(), [text]);
      assert.deepEqual(textsOf([text, text.toUpperCase()], 'all').values(), [text.toUpperCase()]);
    }
  }
});
