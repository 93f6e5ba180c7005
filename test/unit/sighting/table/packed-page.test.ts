import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeSighting, encodeSighting, UnreadableSighting } from '../../../../src/sighting/codec.ts';
import { applyEvent, emptySighting, sightingKey, type Sighting } from '../../../../src/sighting/sighting.ts';
import { PackedPageReader, PackedPageWriter } from '../../../../src/sighting/table/packed-page.ts';
import { PlainStored } from '../../../../src/sighting/table/plain-stored.ts';
import { anyEvent, anySmtpEvent, eventWith } from '../any-event.ts';

const anySighting: fc.Arbitrary<Sighting> = fc
  .tuple(
    fc.oneof(
      fc.array(anyEvent, { minLength: 1, maxLength: 3 }),
      fc.array(anySmtpEvent, { minLength: 1, maxLength: 3 }),
      fc.constant([eventWith({})]),
    ),
    fc.constantFrom('EX01', 'EX02', 'MAILSERVER-SOMEWHERE-ELSE'),
    fc.constantFrom('10.0.0.1', '10.0.0.2', '2001:db8::1'),
  )
  .map(([events, server, address]) => {
    const sighting = emptySighting(events[0]?.protocol ?? 'pop3', server, address, 'bounded');
    for (const event of events) applyEvent(sighting, event);
    return sighting;
  });

function sightingsOf(page: Uint8Array<ArrayBuffer>): Sighting[] {
  const sightings: Sighting[] = [];
  const reader = new PackedPageReader(page);
  while (reader.next()) sightings.push(reader.read());
  return sightings;
}

test('a page gives back what was written to it, stored or not', () => {
  const writer = new PackedPageWriter();
  fc.assert(
    fc.property(fc.array(fc.tuple(anySighting, fc.boolean())), (written) => {
      for (const [sighting, isStored] of written) {
        if (isStored) writer.addStored(encodeSighting(sighting));
        else writer.add(sighting);
      }
      assert.deepEqual(
        sightingsOf(writer.take()),
        written.map(([sighting]) => sighting),
      );
    }),
  );
});

const plain = encodeSighting(
  (() => {
    const sighting = emptySighting('pop3', 'EX01', '10.1.2.3', 'bounded');
    applyEvent(sighting, eventWith({}));
    return sighting;
  })(),
);

/** What `decodeSighting` makes of a text, or the words of its refusal. */
function decoded(json: string): Sighting | string {
  try {
    return decodeSighting(json);
  } catch (error) {
    assert.ok(error instanceof UnreadableSighting);
    return error.message;
  }
}

function packedAndRead(json: string): Sighting | string {
  const writer = new PackedPageWriter();
  try {
    writer.addStored(json);
    const [sighting] = sightingsOf(writer.take());
    return sighting ?? 'none';
  } catch (error) {
    assert.ok(error instanceof UnreadableSighting);
    return error.message;
  }
}

test('a stored sighting that was tampered with is read, or refused, as the decoder does', () => {
  const anyPiece = fc.oneof(
    fc.constantFrom('"', '\\', ',', '0', '-1', '1e3', '.5', '}', ']', '[', '\t', '\u0001', 'é', 'Ω', '\ud800', ' '),
    fc.constantFrom('\\u0041', ',"h":1', ',"h":0', ',"u":[]', ',"uo":1', '99999999999999999', '9007199254740993'),
    fc.constantFrom(',"u":["a","B"]', ',"e":["x"]', ',"f":[1,"x"]', '""', 'smtp', 'imap4', '"v":3', 'v', 'pop'),
  );
  fc.assert(
    fc.property(fc.nat(plain.length), fc.nat(9), anyPiece, (at, length, piece) => {
      const json = plain.slice(0, at) + piece + plain.slice(at + length);
      assert.deepEqual(packedAndRead(json), decoded(json));
    }),
    { numRuns: 3000 },
  );
});

test('a plain sighting takes the quick way', () => {
  const reader = new PlainStored();
  assert.ok(reader.read(plain));
  assert.ok(reader.read(plain.replace('"pop3"', '"imap4"').replace('svc-scan1', 'Ω')));
  assert.ok(reader.read(plain.replace(/,"u".*/, '}')));
  assert.ok(!reader.read(plain.replace('svc-scan1', String.raw`\u0041`)));
});

test('a stored sighting must be that of its key', () => {
  fc.assert(
    fc.property(anySighting, anySighting, (sighting, other) => {
      const [key, otherKey] = [sighting, other].map((one) => sightingKey(one.protocol, one.server, one.address));
      const writer = new PackedPageWriter();
      const json = encodeSighting(sighting);
      writer.addStored(json, key);
      for (const wrong of [otherKey, `${key}0`, key?.slice(0, -1), key?.replace('EX', 'EY'), key?.replace('\t', ' ')]) {
        if (wrong === key) continue;
        assert.throws(() => writer.addStored(json, wrong ?? ''), UnreadableSighting);
      }
    }),
  );
});
