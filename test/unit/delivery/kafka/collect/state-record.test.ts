import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  decodeState,
  encodeState,
  stateVersion,
  UnreadableState,
} from '../../../../../src/delivery/kafka/collect/state-record.ts';
import type { StateRecord } from '../../../../../src/delivery/kafka/collect/state-record.ts';
import { applyEvent, emptySighting } from '../../../../../src/sighting/sighting.ts';

function roundTrip(record: StateRecord): StateRecord | null {
  const { key, value } = encodeState(record);
  return decodeState(key, value);
}

const count = fc.nat();
const name = fc.stringMatching(/^[\w-]{1,20}$/);
const plain = { noNullPrototype: true } as const;
const place = fc.record({ slice: count, offset: count }, plain);

test('marks, positions, owners and losses survive the topic', () => {
  const mark = fc.record(
    {
      kind: fc.constant('mark' as const),
      mark: fc.record(
        { lane: name, run: name, runFirst: count, slice: count, offset: count, record: count, at: count },
        plain,
      ),
    },
    plain,
  );
  const position = fc.record(
    {
      kind: fc.constant('position' as const),
      group: fc.string(),
      position: fc.record({ offset: count, fingerprint: fc.option(fc.string()) }, plain),
    },
    plain,
  );
  const owner = fc.record(
    {
      kind: fc.constant('owner' as const),
      group: fc.string(),
      collector: fc.string(),
      at: count,
    },
    plain,
  );
  const loss = fc.record(
    {
      kind: fc.constant('loss' as const),
      loss: fc.record(
        {
          kind: fc.constantFrom('position lost' as const, 'event gap' as const, 'state history' as const),
          lane: name,
          subject: fc.constantFrom('', 'a b'),
          server: fc.string(),
          protocol: fc.constantFrom('' as const, 'pop3' as const),
          at: count,
          count,
          detail: fc.string(),
          upTo: fc.option(place),
        },
        plain,
      ),
    },
    plain,
  );
  fc.assert(
    fc.property(fc.oneof(mark, position, owner, loss), (record) => assert.deepEqual(roundTrip(record), record)),
  );
});

test('tombstones say what is gone', () => {
  assert.deepEqual(roundTrip({ kind: 'mark gone', lane: 'l', run: 'r' }), { kind: 'mark gone', lane: 'l', run: 'r' });
  const gone: StateRecord = { kind: 'loss gone', key: 'event gap\tl\t' };
  assert.deepEqual(roundTrip(gone), gone);
});

test('a sighting survives the topic, and what was first seen live stays in the process that saw it', () => {
  const sighting = emptySighting('pop3', 'EX01', '10.0.0.1', 'bounded');
  applyEvent(sighting, {
    protocol: 'pop3',
    server: 'EX01',
    address: '10.0.0.1',
    clientPort: 1,
    endpoint: '10.1.0.1:995',
    session: null,
    file: 'f',
    offset: 0,
    opened: 1,
    rows: 2,
    commands: 3,
    loginsSucceeded: 1,
    loginsFailed: 1,
    bytesReceived: 5,
    bytesSent: 6,
    first: 7,
    last: 8,
    users: ['a', 'b'],
    hasUser: true,
    failure: { at: 7, reason: 'no' },
  });
  const back = roundTrip({ kind: 'sighting', sighting, firstSeenLive: true });
  assert.equal(back?.kind, 'sighting');
  assert.deepEqual([{ ...back.sighting }, back.firstSeenLive], [{ ...sighting }, false]);
});

test('a record that this program would not have written is refused, with the reason', () => {
  const refused: [string, string, string | null, RegExp, boolean][] = [
    ['no JSON', 'p', '{', /no JSON/, false],
    ['no list', 'p', '{}', /no list/, false],
    ['another shape', 'p', `[${stateVersion},"g"]`, /wrong shape/, false],
    ['another version', 'p', `[${stateVersion + 1},"g",0,null]`, /version 2, this program knows up to 1/, true],
    ['a negative number', 'p', `[${stateVersion},"g",-1,null]`, /a number is none/, false],
    ['a number that is none', 'm\tl\tr', `[${stateVersion},1,2,"3",4,5]`, /a number is none/, false],
    ['a mark without a run', 'm\tl', `[${stateVersion},1,2,3,4,5]`, /names 1 things/, false],
    ['an unknown kind', 'x\t1', '[1]', /unknown kind/, true],
    ['no key', '', null, /unknown kind/, true],
    ['an unknown loss', 'l\tbad luck\t\t', `[${stateVersion},"","",1,1,"",null]`, /unknown kind/, true],
    ['a sighting of an unknown version', 's\tpop3\tEX01\t10.0.0.1', '{"v":99}', /a sighting: .*version 99/, true],
  ];
  for (const [what, key, value, message, newer] of refused) {
    assert.throws(
      () => decodeState(key, value),
      (error) => error instanceof UnreadableState && message.test(error.message) && error.newer === newer,
      what,
    );
  }
});

test('a sighting under the key of another client is refused', () => {
  const sighting = emptySighting('pop3', 'EX01', '10.0.0.1', 'bounded');
  Object.assign(sighting, { firstSeen: 1, lastSeen: 1 });
  const { value } = encodeState({ kind: 'sighting', sighting, firstSeenLive: false });
  assert.throws(() => decodeState('s\tpop3\tEX01\t10.0.0.2', value), /under the key of another/);
});

test('anything at all as a record is read or refused, never anything else', () => {
  const value = fc.option(fc.oneof(fc.string(), fc.json()));
  const key = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom('s', 'm', 'p', 'o', 'l'), fc.string()).map((k) => k.join('\t')),
  );
  fc.assert(
    fc.property(key, value, (k, v) => {
      try {
        decodeState(k, v);
      } catch (error) {
        assert.ok(error instanceof UnreadableState, String(error));
      }
    }),
  );
});
