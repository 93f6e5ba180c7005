import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LedgerCheck } from '../../../../../src/delivery/kafka/collect/ledger-check.ts';
import type { AgentReport, LedgerEntry } from '../../../../../src/event/agent-report.ts';
import { chunk, event, LedgerBench } from './chunks.ts';

function report(...ledger: LedgerEntry[]): AgentReport {
  const lane = { lane: 'lane', server: 'EX01', protocol: 'pop3', ledger };
  return { name: 'agent', lanes: [lane] } as unknown as AgentReport;
}

/** Looks twice, as it is done: the first look fixes the end up to which must be read. */
function looks(check: LedgerCheck, bench: LedgerBench, ends: readonly number[]): string[] {
  return ends.flatMap((end) => {
    check.beginRound();
    return check.losses(0, bench.ledger, end, 5).map((loss) => {
      bench.ledger.lose(loss);
      return loss.detail;
    });
  });
}

test('an acknowledged place that the mark has reached is no gap', () => {
  const [check, bench] = [new LedgerCheck(), new LedgerBench()];
  bench.ledger.apply(chunk(0, [event({ offset: 7 })], { slice: 3 }));
  check.accept(report({ partition: 0, slice: 3, offset: 7 }));
  assert.deepEqual(looks(check, bench, [1, 1, 1]), []);
});

test('an acknowledged place is waited for until all that the log held is read', () => {
  const [check, bench] = [new LedgerCheck(), new LedgerBench()];
  check.accept(report({ partition: 0, slice: 3, offset: 7 }));
  assert.deepEqual(looks(check, bench, [1, 1, 1]), [], 'record 0 is not read yet');
  bench.ledger.apply(chunk(0, [event({ offset: 7 })], { slice: 3 }));
  assert.deepEqual(looks(check, bench, [1, 1]), []);
});

test('when all is read and the place was not among it, it is gone: said once', () => {
  const [check, bench] = [new LedgerCheck(), new LedgerBench()];
  check.accept(report({ partition: 0, slice: 3, offset: 7 }));
  bench.ledger.apply(chunk(0, [event()], { slice: 2 }));
  assert.deepEqual(looks(check, bench, [1, 1, 1]), [
    'agent agent: events up to slice 3 were acknowledged to it and are not in the log',
  ]);
  check.accept(report({ partition: 0, slice: 3, offset: 7 }));
  assert.deepEqual(looks(check, bench, [1, 1, 1]), []);
  bench.ledger.apply(chunk(1, [event()], { slice: 4, previous: { slice: 3, offset: 7 } }));
  bench.commit();
  const [loss] = bench.committed.losses.values();
  assert.equal(loss?.count, 1, 'the next chunk, which follows what is gone, does not count it again');
  check.accept(report({ partition: 0, slice: 9, offset: 0 }));
  assert.equal(looks(check, bench, [2, 2]).length, 1, 'another gap is another one');
});

test('an end that was looked up before the report came says nothing about it', () => {
  const [check, bench] = [new LedgerCheck(), new LedgerBench()];
  check.beginRound();
  check.accept(report({ partition: 0, slice: 3, offset: 7 }));
  assert.deepEqual(check.losses(0, bench.ledger, 0, 5), []);
  assert.deepEqual(looks(check, bench, [1]), [], 'this look is the first that counts');
  bench.ledger.apply(chunk(0, [event({ offset: 7 })], { slice: 3 }));
  assert.deepEqual(looks(check, bench, [1]), []);
});

test('other partitions are left alone', () => {
  const [check, bench] = [new LedgerCheck(), new LedgerBench()];
  check.accept(report({ partition: 1, slice: 3, offset: 7 }));
  assert.deepEqual(looks(check, bench, [0, 0]), []);
});
