import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { decodeSighting, encodeSighting, UnreadableSighting } from '../../../src/sighting/codec.ts';
import { applyEvent, emptySighting } from '../../../src/sighting/sighting.ts';
import type { Sighting } from '../../../src/sighting/sighting.ts';
import { anyEvent, anySmtpEvent, eventWith } from './any-event.ts';

function plain(): Sighting {
  const sighting = emptySighting('pop3', 'EX01', '10.1.2.3', 'bounded');
  applyEvent(sighting, eventWith({}));
  return sighting;
}

for (const mode of ['all', 'bounded'] as const) {
  test(`what is encoded is decoded to an equal sighting (${mode})`, () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 12 }), fc.boolean(), (events, hasUser) => {
        const sighting = emptySighting('imap4', 'EX01', '2001:db8::1', mode);
        for (const event of events) applyEvent(sighting, event);
        sighting.hasUser = hasUser;
        const text = encodeSighting(sighting);
        assert.deepEqual(decodeSighting(text, mode), sighting);
        assert.equal(encodeSighting(decodeSighting(text, mode)), text);
      }),
    );
  });

  test(`so is one of SMTP (${mode})`, () => {
    fc.assert(
      fc.property(fc.array(anySmtpEvent, { minLength: 1, maxLength: 12 }), (events) => {
        const sighting = emptySighting('smtp', 'EX01', '2001:db8::1', mode);
        for (const event of events) applyEvent(sighting, event);
        const text = encodeSighting(sighting);
        assert.deepEqual(decodeSighting(text, mode), sighting);
        assert.equal(encodeSighting(decodeSighting(text, mode)), text);
      }),
    );
  });
}

test('the stored form of SMTP has a version of its own', () => {
  const sighting = emptySighting('smtp', 'EX01', '10.1.2.3', 'bounded');
  const notice = { at: 1_764_000_000_100, reason: 'Inbound AUTH LOGIN failed because of LogonDenied' };
  const smtp = {
    messages: 2,
    tracked: 1,
    helo: ['SCANNER'],
    tls: 'TLS 1.2',
    senders: ['scan@contoso.test'],
    connectors: ['Relay'],
    notice,
  };
  applyEvent(sighting, eventWith({ protocol: 'smtp', users: [], hasUser: false, smtp }));
  assert.equal(
    encodeSighting(sighting),
    '{"v":2,"p":"smtp","s":"EX01","a":"10.1.2.3","n":[1,6,4,1,0,212,48122],"t":[1764000000000,1764000000914],' +
      '"e":["10.0.0.1:995"],"m":{"n":[2,1],"h":["SCANNER"],"t":"TLS 1.2","s":["scan@contoso.test"],"c":["Relay"],' +
      '"f":[1764000000100,"Inbound AUTH LOGIN failed because of LogonDenied"]}}',
  );
  const older =
    '{"v":1,"p":"smtp","s":"EX01","a":"10.1.2.3","n":[1,6,4,1,0,212,48122],"t":[1764000000000,1764000000914]}';
  assert.deepEqual(decodeSighting(older).smtp, emptySighting('smtp', 'EX01', '10.1.2.3', 'bounded').smtp);
});

test('damage of the SMTP part is refused with its reason', () => {
  const sighting = emptySighting('smtp', 'EX01', '10.1.2.3', 'bounded');
  applyEvent(sighting, eventWith({ protocol: 'smtp' }));
  const good = JSON.parse(encodeSighting(sighting)) as Record<string, unknown>;
  const damages: [unknown, RegExp][] = [
    [undefined, /SMTP counts/],
    [{ n: [1] }, /SMTP counts/],
    [{ n: [1, -1] }, /SMTP counts/],
    [{ n: [0, 0], t: 'TLS' }, /TLS/],
    [{ n: [0, 0], t: 7 }, /TLS/],
    [{ n: [0, 0], h: 'x' }, /names/],
    [{ n: [0, 0], so: 1 }, /senders/],
    [{ n: [0, 0], f: [1] }, /failure/],
  ];
  for (const [m, reason] of damages) {
    assert.throws(
      () => decodeSighting(JSON.stringify({ ...good, m })),
      (error) => error instanceof UnreadableSighting && reason.test(error.message),
      JSON.stringify(m),
    );
  }
});

test('the stored form is what states out there hold: a change needs a new version', () => {
  const sighting = plain();
  applyEvent(sighting, eventWith({ users: [], failure: { at: 1_764_000_000_100, reason: 'AuthFailed' } }));
  assert.equal(
    encodeSighting(sighting),
    '{"v":1,"p":"pop3","s":"EX01","a":"10.1.2.3","n":[2,12,8,2,0,424,96244],"t":[1764000000000,1764000000914],' +
      '"u":["svc-scan1"],"e":["10.0.0.1:995"],"f":[1764000000100,"AuthFailed"]}',
  );
});

test('a plain client takes less than 200 bytes', () => {
  assert.ok(encodeSighting(plain()).length < 200);
});

test('a state of a newer version is told apart from a damaged one', () => {
  const newer = encodeSighting(plain()).replace('"v":1', '"v":3');
  assert.throws(
    () => decodeSighting(newer),
    (error) => error instanceof UnreadableSighting && error.newer && /version 3/.test(error.message),
  );
  assert.throws(
    () => decodeSighting('{"v":0}'),
    (error) => error instanceof UnreadableSighting && !error.newer,
  );
});

test('damage is refused with its reason', () => {
  const good = JSON.parse(encodeSighting(plain())) as Record<string, unknown>;
  const damages: [object, RegExp][] = [
    [{ v: '1' }, /version/],
    [{ p: 'http' }, /protocol/],
    [{ s: '' }, /server/],
    [{ s: 'EX01\tpop3' }, /server/],
    [{ a: 7 }, /address/],
    [{ n: [1, 2, 3] }, /counts/],
    [{ n: [1, 2, 3, 4, 5, 6, -7] }, /counts/],
    [{ n: [1, 2, 3, 4, 5, 6, 0.5] }, /counts/],
    [{ n: [1, 2, 3, 4, 5, 6, 2 ** 53] }, /counts/],
    [{ t: [2, 1] }, /times/],
    [{ t: [1] }, /times/],
    [{ u: 'svc' }, /users/],
    [{ u: ['a', 7] }, /users/],
    [{ u: ['a', 'A'] }, /users/],
    [{ uo: 1 }, /users/],
    [{ h: 2 }, /user mark/],
    [{ e: {} }, /endpoints/],
    [{ f: ['then', 'AuthFailed'] }, /failure/],
    [{ f: [1, 'AuthFailed', 2] }, /failure/],
  ];
  for (const [damage, reason] of damages) {
    const text = JSON.stringify({ ...good, ...damage });
    assert.throws(
      () => decodeSighting(text),
      (error) => error instanceof UnreadableSighting && reason.test(error.message),
      text,
    );
  }
  for (const text of ['', 'null', '[]', '7', '{"v":1', encodeSighting(plain()).slice(0, 50)]) {
    assert.throws(() => decodeSighting(text), UnreadableSighting, text);
  }
});
