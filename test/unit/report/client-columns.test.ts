import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ClientColumns } from '../../../src/report/client-columns.ts';

test('a client is found at its place, whatever the hints say', () => {
  const looks = fc.array(fc.tuple(fc.nat(199), fc.nat(70_000), fc.boolean()), { maxLength: 600 });
  fc.assert(
    fc.property(looks, (looks) => {
      const columns = new ClientColumns('pop3', 'ex01');
      const places = new Map<string, number>();
      for (const [client, hint, isHinted] of looks) {
        const address = `10.0.0.${client}`;
        const place = isHinted ? columns.hintedPlace(address, hint % 7 === 0 ? hint : client) : columns.place(address);
        if (!places.has(address)) places.set(address, places.size);
        assert.equal(place, places.get(address));
      }
      assert.deepEqual(columns.addresses, [...places.keys()]);
    }),
  );
});
