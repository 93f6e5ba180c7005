import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pinoLogger } from '../../../src/telemetry/pino-logger.ts';

function written(format: 'pretty' | 'json', level: 'debug' | 'warn' = 'debug') {
  const lines: string[] = [];
  return { lines, log: pinoLogger({ level, format, colour: false, write: (line) => lines.push(line) }) };
}

const hostile = 'a\u001b[31mred\u009b2J\r\n10:00 ERROR forged\u202etxt\u007f';
// oxlint-disable-next-line no-control-regex -- what must not reach a terminal
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

test('JSON lines hold level, time, message and the fields of the child', () => {
  const { lines, log } = written('json');
  log.child({ lane: 'x' }).info({ files: 3 }, 'scanned');
  const { time, ...rest } = JSON.parse(lines[0]!);
  assert.deepEqual(rest, { level: 'info', lane: 'x', files: 3, msg: 'scanned' });
  assert.equal(new Date(time).toISOString(), time);
});

test('what a log contained reaches neither format as a control character, and is still told', () => {
  for (const format of ['json', 'pretty'] as const) {
    const { lines, log } = written(format);
    log.warn({ user: hostile }, `refused ${hostile}`);
    assert.equal(lines.length, 1);
    assert.doesNotMatch(lines[0]!, controls);
    assert.equal(lines[0]!.trimEnd().split('\n').length, 1, 'no line is forged');
    assert.match(lines[0]!, /u001b\[31mred/);
  }
});

test('JSON with controls in it is still the same JSON', () => {
  const { lines, log } = written('json');
  log.warn({ user: hostile }, 'refused');
  assert.equal(JSON.parse(lines[0]!).user, hostile);
});

test('errors come with their stack, on lines of their own', () => {
  const { lines, log } = written('pretty');
  log.error({ error: new Error('broken\u001b') }, 'scan failed');
  assert.match(lines[0]!, /ERROR: scan failed/);
  assert.match(lines[0]!, /Error: broken\\u001b\n\s+at /);
});

test('the level is kept', () => {
  const { lines, log } = written('json', 'warn');
  log.info({}, 'quiet');
  log.warn({}, 'loud');
  assert.equal(lines.length, 1);
});
