import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchRefused, PartitionCountChanged } from '../../../../src/delivery/kafka/chunk-sender.ts';
import { OutageLog } from '../../../../src/delivery/kafka/outage.ts';
import type { Logger } from '../../../../src/telemetry/logger.ts';

function outageLog() {
  const lines: string[] = [];
  const logger: Logger = {
    debug: () => {},
    info: (fields, message) => lines.push(`info ${message} ${JSON.stringify(fields)}`),
    warn: (fields, message) => lines.push(`warn ${message} ${JSON.stringify(fields)}`),
    error: () => {},
    child: () => logger,
  };
  const at = { now: 1_800_000_000_000 };
  const log = new OutageLog('straggler.connections', 'events', logger, { now: () => at.now, monotonic: () => at.now });
  return { log, lines, at };
}

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9092'), { code: 'ECONNREFUSED' });

test('an outage is said once, and its end once, with how long it was', () => {
  const { log, lines, at } = outageLog();
  for (let attempt = 0; attempt < 100; attempt++) {
    log.failed('1', refused);
    log.failed('2', refused);
    at.now += 350;
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^warn Kafka does not take events; trying on .*ECONNREFUSED/);
  assert.equal(log.current?.since, 1_800_000_000_000);
  assert.equal(log.worked('1'), true);
  assert.notEqual(log.current, null, 'the other partition still fails');
  assert.equal(log.worked('2'), true);
  assert.match(lines[1] ?? '', /^info Kafka takes events again .*"seconds":35/);
  assert.equal(log.current, null);
  assert.equal(log.worked('2'), false);
  assert.equal(lines.length, 2);
});

test('another cause is said too, once', () => {
  const { log, lines } = outageLog();
  const unknownTopic = Object.assign(new Error('no such topic'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
  for (let turn = 0; turn < 5; turn++) {
    log.failed('1', refused);
    log.failed('1', new Error('retries exceeded', { cause: unknownTopic }));
  }
  assert.equal(lines.length, 2);
  assert.match(lines[1] ?? '', /does not exist: create it with `straggler check --create-topics`/);
});

test('what a person has to put right says how', () => {
  const { log } = outageLog();
  log.failed('topic', new PartitionCountChanged('straggler.connections', 12, 6));
  assert.match(log.current?.reason ?? '', /has 6 partitions, the chunks were cut for 12: create it with that number/);
  log.failed('1 lane', new BatchRefused(new Error('too large')));
  assert.match(log.current?.reason ?? '', /a chunk is refused: too large/);
});
