import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tapFailure } from '../../windows/tap.ts';

function report(totals: Record<string, number>): string {
  const counts = { tests: 3, suites: 0, pass: 3, fail: 0, cancelled: 0, skipped: 0, todo: 0, ...totals };
  const lines = Object.entries(counts).map(([name, number]) => `# ${name} ${number}`);
  return ['TAP version 13', '# pass 99 of everything', 'ok 1 - x', ...lines, ''].join('\r\n');
}

test('a report whose tests all passed is a pass', () => {
  assert.equal(tapFailure(report({}), 0), null);
});

test('a report that breaks off is a failure, whatever the exit status', () => {
  assert.match(String(tapFailure('TAP version 13\nok 1 - x\n', 0)), /breaks off/);
});

test('failed and cancelled tests are failures, and so is a run without tests', () => {
  assert.match(String(tapFailure(report({ pass: 2, fail: 1 }), 1)), /1 of 3 tests failed/);
  assert.match(String(tapFailure(report({ pass: 2, cancelled: 1 }), 1)), /1 of 3/);
  assert.match(String(tapFailure(report({ tests: 0, pass: 0 }), 0)), /not one test passed/);
});

test('tests that are not for Windows are skipped, and the rest is a pass', () => {
  assert.equal(tapFailure(report({ pass: 2, skipped: 1 }), 0), null);
});

test('a runner that fails although every test passed is a failure', () => {
  assert.match(String(tapFailure(report({}), 3)), /status 3/);
});
