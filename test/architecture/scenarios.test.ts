/** Holds `test/scenarios.md` true: every scenario is there, and every test that it names exists. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const scenarios = 69;
const root = new URL('../../', import.meta.url);
const rows = readFileSync(new URL('test/scenarios.md', root), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^\d+$/.test(cells[1] ?? ''))
  .map(([, number, scenario, evidence]) => ({
    number: Number(number),
    scenario: scenario ?? '',
    evidence: evidence ?? '',
  }));

test('every scenario stands in the list once, in order', () => {
  assert.deepEqual(
    rows.map((row) => row.number),
    Array.from({ length: scenarios }, (_, index) => index + 1),
  );
});

test('every scenario names tests that exist', () => {
  for (const { number, scenario, evidence } of rows) {
    assert.ok(scenario.length > 5, `scenario ${number} has no words`);
    const named = [...evidence.matchAll(/`(test\/[^`]+\.test\.ts)`: ([^;]+)/g)];
    assert.ok(named.length > 0, `scenario ${number} names no test: ${evidence}`);
    for (const [, file = '', name = ''] of named) {
      assert.ok(existsSync(new URL(file, root)), `scenario ${number}: there is no ${file}`);
      // Names may hold a value (`seed ${seed}`): the words before it must be there.
      const words = name.split('…')[0]?.trim() ?? '';
      const text = readFileSync(new URL(file, root), 'utf8').replaceAll("\\'", "'");
      assert.ok(words.length > 10 && text.includes(words), `scenario ${number}: ${file} has no test "${words}"`);
    }
  }
});
