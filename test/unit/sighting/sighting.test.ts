import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import type { ConnectionEvent } from '../../../src/event/connection-event.ts';
import type { TextsMode } from '../../../src/sighting/distinct-texts.ts';
import { applyEvent, cloneSighting, emptySighting, mergeSighting } from '../../../src/sighting/sighting.ts';
import type { Sighting } from '../../../src/sighting/sighting.ts';
import { anyEvent, anySmtpEvent, eventWith } from './any-event.ts';

function sightingOf(
  events: readonly ConnectionEvent[],
  mode: TextsMode,
  protocol: ConnectionEvent['protocol'] = 'pop3',
): Sighting {
  const sighting = emptySighting(protocol, 'EX01', '10.1.2.3', mode);
  for (const event of events) applyEvent(sighting, event);
  return sighting;
}

/** Events, the same in another order, and where each of these is cut into groups. */
const shuffled = (one: fc.Arbitrary<ConnectionEvent>) =>
  fc
    .array(one, { maxLength: 25, size: 'max' })
    .chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.boolean(), { minLength: events.length, maxLength: events.length }),
        fc.infiniteStream(fc.nat()),
      ),
    );

for (const [mode, protocol, one] of [
  ['all', 'pop3', anyEvent],
  ['bounded', 'pop3', anyEvent],
  ['all', 'smtp', anySmtpEvent],
  ['bounded', 'smtp', anySmtpEvent],
] as const) {
  test(`sightings are equal in whatever order and grouping events come (${protocol}, ${mode})`, () => {
    fc.assert(
      fc.property(shuffled(one), ([events, reordered, cuts, choices]) => {
        const groups: ConnectionEvent[][] = [[]];
        for (const [index, event] of reordered.entries()) {
          if (cuts[index] === true) groups.push([]);
          groups.at(-1)?.push(event);
        }
        const sightings = groups.map((group) => sightingOf(group, mode, protocol));
        while (sightings.length > 1) {
          const into = sightings[choices.next().value % sightings.length] as Sighting;
          const others = sightings.filter((one) => one !== into);
          const other = others[choices.next().value % others.length] as Sighting;
          mergeSighting(into, other);
          sightings.splice(sightings.indexOf(other), 1);
        }
        assert.deepEqual(sightings[0], sightingOf(events, mode, protocol));
      }),
    );
  });

  test(`a clone changes alone (${protocol}, ${mode})`, () => {
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), fc.array(one, { maxLength: 8 }), (before, after) => {
        const original = sightingOf(before, mode, protocol);
        const clone = cloneSighting(original);
        for (const event of after) applyEvent(clone, event);
        assert.deepEqual(original, sightingOf(before, mode, protocol));
        assert.deepEqual(clone, sightingOf([...before, ...after], mode, protocol));
      }),
    );
  });
}

test('every figure of an event is counted', () => {
  const sighting = sightingOf(
    [
      eventWith({ failure: { at: 10, reason: 'AuthFailed' } }),
      eventWith({
        opened: 0,
        loginsFailed: 2,
        first: 1_763_999_999_999,
        last: 1_764_000_000_000,
        users: ['SVC-Scan1', 'other'],
        endpoint: '10.0.0.2:110',
        failure: { at: 11, reason: 'ProxyFailed' },
      }),
    ],
    'bounded',
  );
  const { users, endpoints, ...figures } = sighting;
  assert.deepEqual(figures, {
    protocol: 'pop3',
    server: 'EX01',
    address: '10.1.2.3',
    connections: 1,
    rows: 12,
    commands: 8,
    loginsSucceeded: 2,
    loginsFailed: 2,
    bytesReceived: 424,
    bytesSent: 96_244,
    firstSeen: 1_763_999_999_999,
    lastSeen: 1_764_000_000_914,
    hasUser: true,
    lastFailure: { at: 11, reason: 'ProxyFailed' },
  });
  assert.deepEqual(users.values(), ['SVC-Scan1', 'other']);
  assert.deepEqual(endpoints.values(), ['10.0.0.1:995', '10.0.0.2:110']);
});

test('of failures at one time the reason that sorts last by code point stays', () => {
  const reasons = ['b', '\u{1f600}', 'a', '\ufffd'];
  const sighting = sightingOf(
    reasons.map((reason) => eventWith({ failure: { at: 5, reason } })),
    'bounded',
  );
  assert.equal(sighting.lastFailure?.reason, '\u{1f600}');
});

test('hasUser is kept where the names are not', () => {
  const sighting = sightingOf(
    [eventWith({ users: [], hasUser: true }), eventWith({ users: [], hasUser: false })],
    'all',
  );
  assert.equal(sighting.hasUser, true);
  assert.equal(sighting.users.size, 0);
});

test('a sum stops at the largest safe integer', () => {
  const event = eventWith({ bytesSent: Number.MAX_SAFE_INTEGER });
  assert.equal(sightingOf([event, event, event], 'bounded').bytesSent, Number.MAX_SAFE_INTEGER);
});

test('only sightings of SMTP have its part', () => {
  assert.equal('smtp' in emptySighting('imap4', 'EX01', '10.1.2.3', 'bounded'), false);
  assert.equal('smtp' in emptySighting('smtp', 'EX01', '10.1.2.3', 'bounded'), true);
});
