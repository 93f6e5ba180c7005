import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { LogRecord } from '../../../../../src/delivery/kafka/collect/position.ts';
import { lossForgottenAfterMs } from '../../../../../src/delivery/kafka/collect/loss-record.ts';
import { chunk, event, LedgerBench, nowMs } from './chunks.ts';

const noResults = { accepted: 0, duplicate: 0, late: 0, invalid: 0 };

test('sightings, mark and position become durable together', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event({ offset: 10 }), event({ offset: 20, address: '10.0.0.2' })]));
  assert.equal(bench.ledger.keys, 3);
  const flush = bench.commit();
  assert.deepEqual(
    flush.records.map((record) => record.kind),
    ['sighting', 'sighting', 'mark', 'position'],
  );
  assert.deepEqual(flush.results, { ...noResults, accepted: 2 });
  assert.equal(bench.committed.position?.offset, 1);
  assert.equal(bench.ledger.changed, false);
});

test('what was not committed is as if it had never been read', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event()]));
  bench.commit();
  bench.ledger.apply(chunk(1, [event()], { slice: 2, previous: { slice: 1, offset: 0 } }));
  bench.takeOver();
  assert.equal(bench.ledger.position.offset, 1);
  bench.ledger.apply(chunk(1, [event()], { slice: 2, previous: { slice: 1, offset: 0 } }));
  bench.commit();
  assert.equal(bench.rows(), 4);
  assert.equal(bench.committed.losses.size, 0);
});

test('events go on being counted while a flush is on its way', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event()]));
  bench.ledger.take();
  bench.ledger.apply(chunk(1, [event()], { slice: 2, previous: { slice: 1, offset: 0 } }));
  bench.commit();
  assert.equal(bench.rows(), 4, 'the second flush carries the sum');
});

test('a duplicate moves the position and nothing else', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event(), event({ offset: 5 })]));
  bench.commit();
  bench.ledger.apply(chunk(1, [event(), event({ offset: 5 })]));
  const flush = bench.commit();
  assert.deepEqual(flush.results, { ...noResults, duplicate: 2 });
  assert.deepEqual(
    flush.records.map((record) => record.kind),
    ['position'],
  );
  assert.equal(bench.rows(), 4);
});

test('lines that are no events, or not of this chunk, are counted, a gap, and stop nothing', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event({ offset: 5 }), '{}', 'x', event({ offset: 9 })], { lastOffset: 8 }));
  const flush = bench.commit();
  assert.deepEqual(flush.results, { ...noResults, accepted: 1, invalid: 3 });
  const [loss] = bench.committed.losses.values();
  assert.deepEqual([loss?.kind, loss?.lane, loss?.server, loss?.count], ['event gap', 'lane', 'EX01', 1]);
  assert.equal(bench.committed.position?.offset, 1);
});

test('an event of a client that lives in another partition is refused: it would be shown twice', () => {
  const bench = new LedgerBench({ partitions: 12 });
  bench.ledger.apply(chunk(0, [event({ address: '10.0.0.1' })], { partitions: 12 }));
  bench.ledger.apply(chunk(1, [event({ address: '10.0.0.3' })], { partitions: 12, slice: 2 }));
  assert.deepEqual(bench.commit().results, { ...noResults, invalid: 1, accepted: 1 });
});

test('a record that is no chunk is counted, a gap of the partition, and passed', () => {
  const bench = new LedgerBench();
  bench.ledger.apply({ offset: 0, timestamp: 0, headers: undefined, value: null });
  bench.ledger.apply({ offset: 1, timestamp: 0, headers: {}, value: Buffer.from('x') });
  assert.deepEqual(bench.commit().results, { ...noResults, invalid: 2 });
  const [loss] = bench.committed.losses.values();
  assert.deepEqual([loss?.kind, loss?.lane, loss?.count], ['event gap', '', 2]);
  assert.equal(bench.committed.position?.offset, 2);
});

test('a chunk that was cut for another number of partitions is refused', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event()], { partitions: 24 }));
  assert.deepEqual(bench.commit().results, { ...noResults, invalid: 1 });
  const [loss] = bench.committed.losses.values();
  assert.deepEqual([loss?.kind, loss?.detail], ['partition count', 'agent agent cut for 24 partitions, there are 1']);
});

test('events that are older than every window are counted and told as late', () => {
  const bench = new LedgerBench({ lateAfterMs: 1000 });
  bench.ledger.apply(chunk(0, [event({ first: nowMs - 2000, last: nowMs - 1001 }), event({ offset: 5 })]));
  assert.deepEqual(bench.commit().results, { ...noResults, accepted: 1, late: 1 });
  assert.equal(bench.rows(), 4);
});

test('the lag of live chunks is told by their newest event; reading back has none', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event({ last: nowMs }), event({ offset: 5, last: nowMs - 9 })]));
  bench.ledger.apply(chunk(1, [event()], { slice: 2, readingBack: true, previous: { slice: 1, offset: 5 } }));
  assert.deepEqual(bench.commit().times, [{ server: 'EX01', last: nowMs }]);
});

test('a client is first seen live once, and never while its lane reads back', () => {
  const bench = new LedgerBench();
  const firsts = (): unknown[] =>
    bench.commit().records.flatMap((record) => (record.kind === 'sighting' ? [record.firstSeenLive] : []));
  bench.ledger.apply(chunk(0, [event()]));
  assert.deepEqual(firsts(), [true]);
  bench.ledger.apply(chunk(1, [event()], { slice: 2, previous: { slice: 1, offset: 0 } }));
  assert.deepEqual(firsts(), [false]);
  const back = { slice: 3, readingBack: true, previous: { slice: 2, offset: 0 } };
  bench.ledger.apply(chunk(2, [event({ address: '10.0.0.9' })], back));
  assert.deepEqual(firsts(), [false]);
});

test('a gap is counted once, also when the next chunks come, and again when there is another', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event()], { slice: 5, previous: { slice: 4, offset: 7 } }));
  bench.ledger.apply(chunk(1, [event()], { slice: 6, previous: { slice: 5, offset: 0 } }));
  bench.commit();
  bench.takeOver();
  bench.ledger.apply(chunk(2, [event()], { slice: 9, previous: { slice: 8, offset: 1 } }));
  bench.commit();
  const [loss] = bench.committed.losses.values();
  assert.deepEqual([loss?.count, loss?.upTo], [2, { slice: 8, offset: 1 }]);
});

test('two histories of a lane are a loss once per pair, and their events count', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(0, [event()], { run: 'a', slice: 5 }));
  bench.ledger.apply(chunk(1, [event()], { run: 'b', runFirst: 4, slice: 4 }));
  bench.ledger.apply(chunk(2, [event()], { run: 'a', slice: 6, previous: { slice: 5, offset: 0 } }));
  bench.ledger.apply(chunk(3, [event()], { run: 'b', runFirst: 4, slice: 7 }));
  bench.commit();
  const losses = [...bench.committed.losses.values()];
  assert.deepEqual(
    losses.map((loss) => [loss.kind, loss.subject, loss.count]),
    [['state history', 'a b', 1]],
  );
  assert.equal(bench.rows(), 8);
});

test('a lost position is a loss, and reading begins anew without a fingerprint', () => {
  const bench = new LedgerBench();
  bench.ledger.apply(chunk(7, [event()]));
  bench.ledger.restart(3, 'why');
  assert.deepEqual(bench.ledger.position, { offset: 3, fingerprint: null });
  bench.commit();
  assert.deepEqual(
    [...bench.committed.losses.values()].map((loss) => [loss.kind, loss.detail]),
    [['position lost', 'why']],
  );
});

test('marks that nothing needs and losses that say nothing any more are forgotten', () => {
  let now = nowMs;
  const bench = new LedgerBench({ now: () => now });
  bench.ledger.apply(chunk(0, [event()], { run: 'a', slice: 1 }));
  bench.ledger.apply(chunk(1, [event()], { run: 'b', runFirst: 3, slice: 3, previous: { slice: 2, offset: 0 } }));
  bench.commit();
  assert.equal(bench.committed.losses.size, 1);
  now += lossForgottenAfterMs + 1;
  bench.ledger.forget(1);
  assert.equal(bench.ledger.keys, 2);
  bench.commit();
  assert.deepEqual([...(bench.committed.marks.lane('lane')?.keys() ?? [])], ['b']);
  assert.equal(bench.committed.losses.size, 0);
  bench.ledger.forget(1);
  assert.equal(bench.ledger.changed, false, 'once is enough');
});

test('crashes, replays and repeated chunks at any point count every event once', () => {
  const step = fc.constantFrom('read', 'commit', 'crash', 'replay');
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.nat(3), { minLength: 5, maxLength: 20 }),
      (steps, repeats) => {
        const log: LogRecord[] = [];
        let rows = 0;
        for (const [index, repeat] of repeats.entries()) {
          rows += 2;
          const previous = index === 0 ? null : { slice: index, offset: 0 };
          for (let copy = 0; copy <= repeat; copy++)
            log.push(chunk(log.length, [event()], { slice: index + 1, previous }));
        }
        const bench = new LedgerBench();
        for (const what of steps) {
          const next = log[bench.ledger.position.offset];
          if (what === 'read' && next !== undefined) bench.ledger.apply(next);
          if (what === 'commit') bench.commit();
          if (what === 'crash') bench.takeOver();
          if (what === 'replay') bench.ledger.begin(0);
        }
        for (let at = bench.ledger.position.offset; at < log.length; at++) bench.ledger.apply(log[at] ?? assert.fail());
        bench.commit();
        assert.equal(bench.rows(), rows);
        assert.equal(bench.committed.losses.size, 0);
      },
    ),
  );
});
