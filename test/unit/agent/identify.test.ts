import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fromTheStart } from '../../../src/agent/followed-file.ts';
import { type Candidate, claimOf, identify, type Seen } from '../../../src/agent/identify.ts';
import type { FileRecord } from '../../../src/delivery/records.ts';

function record(change: Partial<FileRecord> = {}): FileRecord {
  return {
    ...fromTheStart,
    id: 'f1',
    lane: 'l1',
    path: '/logs/POP32026112010-1.LOG',
    locator: '1:10',
    offset: 500,
    epoch: 0,
    grewAt: 0,
    missingSince: null,
    ...change,
  };
}

function seen(change: Partial<Seen> = {}): Seen {
  return { path: '/logs/POP32026112010-1.LOG', locator: '1:10', size: 800, ...change };
}

function candidate(known: FileRecord, change: Partial<Candidate> = {}): Candidate {
  return { record: known, claim: 'locator', bytesAgree: true, isHeld: false, ...change };
}

test('a file is the same when its locator and its bytes agree, whatever it is called', () => {
  const known = record();
  const renamed = seen({ path: '/logs/POP32026112010-2.LOG' });
  assert.deepEqual(identify(renamed, [candidate(known)]), { kind: 'same', record: known, claim: 'locator' });
});

test('a locator alone does not make a file the same: inodes are given out again', () => {
  const known = record({ path: '/logs/POP32026112009-1.LOG' });
  assert.deepEqual(identify(seen(), [candidate(known, { bytesAgree: false })]), { kind: 'new', replaced: null });
});

test('a file that is shorter than what was read of it was cut, in place', () => {
  const known = record();
  assert.deepEqual(identify(seen({ size: 100 }), [candidate(known, { bytesAgree: false })]), {
    kind: 'restarted',
    record: known,
    reason: 'truncated',
  });
  // Even where the bytes that are left seem to agree.
  assert.equal(identify(seen({ size: 100 }), [candidate(known)]).kind, 'restarted');
});

test('a file with other bytes before the position was rewritten, in place', () => {
  const known = record();
  assert.deepEqual(identify(seen(), [candidate(known, { bytesAgree: false })]), {
    kind: 'restarted',
    record: known,
    reason: 'rewritten',
  });
});

test('another file with other bytes at the path replaces the known one', () => {
  const known = record();
  const found = identify(seen({ locator: '1:11' }), [candidate(known, { claim: 'path', bytesAgree: false })]);
  assert.deepEqual(found, { kind: 'new', replaced: known });
});

test('the same bytes at the same path under a new locator are the same rows: a share was mounted anew', () => {
  const known = record();
  const found = identify(seen({ locator: '7:10' }), [candidate(known, { claim: 'path' })]);
  assert.deepEqual(found, { kind: 'same', record: known, claim: 'path' });
});

test('a file that is held open and was cut and renamed starts again under its new name', () => {
  const known = record({ path: '/logs/POP32026112009-1.LOG' });
  const found = identify(seen(), [candidate(known, { bytesAgree: false, isHeld: true })]);
  assert.deepEqual(found, { kind: 'restarted', record: known, reason: 'rewritten' });
});

test('of several files that agree, the one with the locator is it', () => {
  const byName = record({ id: 'f2', locator: '1:99' });
  const byLocator = record({ id: 'f3', path: '/logs/other.LOG' });
  const found = identify(seen(), [candidate(byName, { claim: 'path' }), candidate(byLocator)]);
  assert.equal(found.kind === 'same' && found.record.id, 'f3');
});

test('of several files that agree, the one of which most was read is it: a header alone agrees with every file', () => {
  const headerOnly = record({ id: 'f2', path: '/logs/gone.LOG', offset: 307 });
  const read = record({ id: 'f3', path: '/logs/gone-too.LOG', offset: 700 });
  const found = identify(seen(), [candidate(headerOnly), candidate(read)]);
  assert.equal(found.kind === 'same' && found.record.id, 'f3');
});

test('a cut file is the one with the locator, not one that stood at its path before', () => {
  const before = record({ id: 'f2', locator: '1:9', offset: 5000 });
  const known = record({ id: 'f3', epoch: 1 });
  const found = identify(seen({ size: 10 }), [
    candidate(before, { claim: 'path', bytesAgree: false }),
    candidate(known, { bytesAgree: false }),
  ]);
  assert.deepEqual(found, { kind: 'restarted', record: known, reason: 'truncated' });
});

test('without locators a path and its bytes identify, and other bytes at it are a rewritten file', () => {
  const known = record({ locator: null });
  assert.equal(claimOf(known, seen({ locator: null }), false), 'path');
  const found = identify(seen({ locator: null }), [candidate(known, { claim: 'path', bytesAgree: false })]);
  assert.equal(found.kind, 'restarted');
});

test('a known file claims by locator always, by path or name only while it stands nowhere else', () => {
  const known = record();
  assert.equal(claimOf(known, seen({ path: '/x' }), true), 'locator');
  assert.equal(claimOf(known, seen({ locator: '1:11' }), false), 'path');
  assert.equal(claimOf(known, seen({ locator: '1:11' }), true), null);
  assert.equal(claimOf(known, seen({ path: '/mnt/POP32026112010-1.log', locator: '2:1' }), false), 'name');
  assert.equal(claimOf(known, seen({ path: '/mnt/POP32026112010-1.LOG', locator: '2:1' }), true), null);
  assert.equal(claimOf(known, seen({ path: '/logs/POP32026112011-1.LOG', locator: '2:1' }), false), null);
});

test('a file of which nothing was read is not recognised by its name elsewhere', () => {
  assert.equal(
    claimOf(record({ offset: 0 }), seen({ path: '/mnt/POP32026112010-1.LOG', locator: '2:1' }), false),
    null,
  );
});

test('two ids that are equal as doubles are two files', () => {
  const known = record({ locator: '1:9007199254740992', offset: 0 });
  assert.equal(claimOf(known, seen({ path: '/x', locator: '1:9007199254740993' }), true), null);
});

test('nothing is ever resumed unless its bytes agree and are all there', () => {
  const claims = fc.constantFrom('locator', 'path', 'name') as fc.Arbitrary<Candidate['claim']>;
  const candidates = fc.array(
    fc.record({
      claim: claims,
      bytesAgree: fc.boolean(),
      isHeld: fc.boolean(),
      record: fc
        .record({
          offset: fc.nat(1000),
          locator: fc.constantFrom(null, '1:10', '1:11'),
          path: fc.constantFrom('/a', '/b'),
        })
        .map(record),
    }),
  );
  const sights = fc.record({
    path: fc.constantFrom('/a', '/b'),
    locator: fc.constantFrom(null, '1:10', '1:11'),
    size: fc.nat(1000),
  });
  fc.assert(
    fc.property(sights, candidates, (sight, known) => {
      const found = identify(sight, known);
      if (found.kind !== 'same') return;
      const chosen = known.find(({ record }) => record === found.record);
      assert.ok(chosen !== undefined && chosen.bytesAgree && sight.size >= chosen.record.offset);
    }),
  );
});
