import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { Overlay } from '../../../src/sighting/overlay.ts';
import { applyEvent, cloneSighting, emptySighting, sightingKey } from '../../../src/sighting/sighting.ts';
import type { Sighting } from '../../../src/sighting/sighting.ts';
import { anyEvent, eventWith } from './any-event.ts';

const live = { readingBack: false };
const readingBack = { readingBack: true };

/** What a collector holds; every sighting is frozen, so that a change of a committed one throws. */
class Committed {
  readonly sightings = new Map<string, Sighting>();

  readonly lookup = (protocol: 'pop3' | 'imap4' | 'smtp', server: string, address: string): Sighting | undefined =>
    this.sightings.get(sightingKey(protocol, server, address));

  commit(changes: ReturnType<Overlay['take']>): void {
    for (const { sighting } of changes) {
      const { protocol, server, address } = sighting;
      this.sightings.set(sightingKey(protocol, server, address), Object.freeze(sighting));
    }
  }
}

const anyStep = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(anyEvent, fc.constantFrom('10.1.2.3', '10.1.2.4')) },
  { weight: 1, arbitrary: fc.constantFrom('take', 'commit', 'fail') },
);

test('what is committed in the end is what was applied, however takes and commits fall between', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
      const committed = new Committed();
      const overlay = new Overlay(committed.lookup);
      const expected = new Map<string, Sighting>();
      let durable = new Map<string, Sighting>();
      let taken: ReturnType<Overlay['take']> = [];
      let takenExpected = new Map<string, Sighting>();
      const land = (): void => {
        if (taken.length > 0) durable = takenExpected;
        committed.commit(taken);
        taken = [];
      };
      for (const step of steps) {
        if (step === 'take') {
          land();
          taken = overlay.take();
          takenExpected = new Map([...expected].map(([key, sighting]) => [key, cloneSighting(sighting)]));
        } else if (step === 'commit') {
          land();
        } else if (step === 'fail') {
          taken = [];
          overlay.clear();
          expected.clear();
          for (const [key, sighting] of durable) expected.set(key, cloneSighting(sighting));
        } else {
          const event = { ...step[0], address: step[1] };
          overlay.apply(event, live);
          const sighting = expected.get(step[1]) ?? emptySighting('pop3', 'EX01', step[1], 'bounded');
          applyEvent(sighting, event);
          expected.set(step[1], sighting);
        }
      }
      land();
      committed.commit(overlay.take());
      assert.equal(committed.sightings.size, expected.size);
      for (const [address, sighting] of expected) {
        assert.deepEqual(committed.lookup('pop3', 'EX01', address), sighting);
      }
    }),
  );
});

test('a committed sighting is copied when it is touched, never changed', () => {
  const committed = new Committed();
  const overlay = new Overlay(committed.lookup);
  overlay.apply(eventWith({}), live);
  committed.commit(overlay.take());
  const before = committed.lookup('pop3', 'EX01', '10.1.2.3');
  overlay.apply(eventWith({ users: ['another'], endpoint: '10.0.0.9:110' }), live);
  assert.equal(committed.lookup('pop3', 'EX01', '10.1.2.3'), before);
  assert.equal(before?.rows, 6);
  assert.deepEqual(before.users.values(), ['svc-scan1']);
  assert.equal(overlay.take()[0]?.sighting.rows, 12);
});

test('a client is seen first live only once, and not while its lane reads back', () => {
  const committed = new Committed();
  const overlay = new Overlay(committed.lookup);
  const firsts = (): [string, boolean][] => {
    const taken = overlay.take();
    committed.commit(taken);
    return taken.map(({ sighting, firstSeenLive }) => [sighting.address, firstSeenLive]);
  };
  overlay.apply(eventWith({ address: '10.1.2.3' }), live);
  overlay.apply(eventWith({ address: '10.1.2.3' }), readingBack);
  overlay.apply(eventWith({ address: '10.1.2.4' }), readingBack);
  overlay.apply(eventWith({ address: '10.1.2.4' }), live);
  assert.deepEqual(firsts(), [
    ['10.1.2.3', true],
    ['10.1.2.4', false],
  ]);
  overlay.apply(eventWith({ address: '10.1.2.3' }), live);
  overlay.apply(eventWith({ address: '10.1.2.3', protocol: 'imap4' }), live);
  assert.deepEqual(firsts(), [
    ['10.1.2.3', false],
    ['10.1.2.3', true],
  ]);
});

test('events that come while a commit is under way continue from what was taken', () => {
  const overlay = new Overlay(() => undefined);
  overlay.apply(eventWith({}), live);
  const [first] = overlay.take();
  overlay.apply(eventWith({}), live);
  const [second] = overlay.take();
  assert.equal(first?.sighting.rows, 6);
  assert.equal(second?.sighting.rows, 12);
  assert.deepEqual([first.firstSeenLive, second.firstSeenLive], [true, false]);
});

test('clear forgets what is pending and what was taken', () => {
  const overlay = new Overlay(() => undefined);
  overlay.apply(eventWith({}), live);
  overlay.take();
  overlay.apply(eventWith({}), live);
  overlay.clear();
  assert.equal(overlay.size, 0);
  overlay.apply(eventWith({}), live);
  const taken = overlay.take();
  assert.deepEqual([taken.length, taken[0]?.sighting.rows, taken[0]?.firstSeenLive], [1, 6, true]);
});

test('its size is the number of sightings with changes', () => {
  const overlay = new Overlay(() => undefined);
  overlay.apply(eventWith({ server: 'EX01' }), live);
  overlay.apply(eventWith({ server: 'EX01' }), live);
  overlay.apply(eventWith({ server: 'EX02' }), live);
  assert.equal(overlay.size, 2);
  overlay.take();
  assert.equal(overlay.size, 0);
  assert.deepEqual(overlay.take(), []);
});
