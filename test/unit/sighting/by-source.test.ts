import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { protocols } from '../../../src/event/protocol.ts';
import { BySource } from '../../../src/sighting/by-source.ts';
import { sightingKey } from '../../../src/sighting/sighting.ts';

const anyAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('0.0.0.0', '255.255.255.255', '128.0.0.0', '0.0.0.1', '1.0.0.0', '01.0.0.0', '', 'x', '2001:db8::1'),
  fc.nat(2 ** 24 - 1).map((number) => `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`),
);
const anyServer = fc.nat(12).map((number) => `EX${number}`);

test('what was added is found, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...protocols), anyServer, anyAddress), { maxLength: 400 }), (all) => {
      const bySource = new BySource<string>();
      const model = new Set<string>();
      for (const [protocol, server, address] of all) {
        const key = sightingKey(protocol, server, address);
        assert.equal(bySource.get(protocol, server, address), model.has(key) ? key : undefined);
        if (model.has(key)) continue;
        bySource.add(protocol, server, address, key);
        model.add(key);
      }
      assert.equal(bySource.size, model.size);
      assert.deepEqual(new Set(bySource.values()), model);
      assert.equal(bySource.values().length, model.size);
    }),
  );
});

test('many neighbours are told apart', () => {
  const bySource = new BySource<number>();
  const addressOf = (number: number): string =>
    `${number >>> 24}.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  for (let number = 0; number < 20_000; number++) bySource.add('pop3', 'EX01', addressOf(number << 12), number);
  for (let number = 0; number < 20_000; number++) {
    assert.equal(bySource.get('pop3', 'EX01', addressOf(number << 12)), number);
    assert.equal(bySource.get('pop3', 'EX01', addressOf((number << 12) | 1)), undefined);
  }
});
