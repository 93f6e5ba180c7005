import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseAddressRange } from '../../../src/inventory/address-range.ts';
import { OwnAddresses, ownAddressesMax } from '../../../src/inventory/own-addresses.ts';

test('only what is new is answered, so that only its clients are looked at again', () => {
  const own = new OwnAddresses([]);
  assert.deepEqual(own.learn('EX01', ['10.0.0.1:995', '10.0.0.1:110', '[2001:db8::1]:993']), [
    '10.0.0.1',
    '2001:db8::1',
  ]);
  assert.deepEqual(own.learn('EX01', ['10.0.0.1:995', '10.0.0.1:143']), []);
  assert.deepEqual(own.learn('EX02', ['10.0.0.1:995']), ['10.0.0.1']);
  assert.deepEqual(own.learn('EX02', ['10.0.0.1:995']), []);
});

test('an address is a server’s own, another server’s, or foreign', () => {
  const own = new OwnAddresses([]);
  own.learn('EX01', ['10.0.0.1:995']);
  assert.equal(own.relation('EX01', '10.0.0.1'), 'own');
  assert.equal(own.relation('EX02', '10.0.0.1'), 'another');
  assert.equal(own.relation('EX01', '10.0.0.2'), 'foreign');
});

test('configured addresses and networks count from the start', () => {
  const own = new OwnAddresses([
    { server: 'EX01', range: parseAddressRange('10.0.0.0/24') },
    { server: 'EX02', range: parseAddressRange('10.0.0.7') },
    { server: 'EX03', range: parseAddressRange('10.0.0.7') },
    { server: null, range: parseAddressRange('10.0.1.1') },
  ]);
  assert.equal(own.relation('EX01', '10.0.0.5'), 'own');
  assert.equal(own.relation('EX01', '10.0.0.7'), 'another');
  assert.equal(own.relation('EX02', '10.0.0.7'), 'own');
  assert.equal(own.relation('EX03', '10.0.0.7'), 'own');
  assert.equal(own.relation('EX01', '10.0.1.1'), 'another');
  own.learn('EX01', ['10.0.1.1:995']);
  assert.equal(own.relation('EX01', '10.0.1.1'), 'own');
});

test('loopback, unspecified addresses and what is no endpoint are nobody’s', () => {
  const own = new OwnAddresses([]);
  assert.deepEqual(own.learn('EX01', ['127.0.0.1:995', '[::1]:993', '0.0.0.0:110', '[::]:110', 'EX01:995']), []);
  assert.equal(own.relation('EX02', '127.0.0.1'), 'foreign');
});

test('a log that names local addresses without end is learnt from up to the limit', () => {
  const own = new OwnAddresses([]);
  const endpoints = Array.from({ length: ownAddressesMax + 5 }, (_, index) => `10.1.${index >> 8}.${index & 255}:995`);
  assert.equal(own.learn('EX01', endpoints).length, ownAddressesMax);
  assert.equal(own.overflowed, true);
  assert.deepEqual(own.learn('EX02', ['10.1.0.0:995']), ['10.1.0.0']);
});
