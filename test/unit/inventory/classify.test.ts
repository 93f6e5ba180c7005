import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseAddressRange } from '../../../src/inventory/address-range.ts';
import { statusOf } from '../../../src/inventory/classify.ts';
import type { Knowledge } from '../../../src/inventory/classify.ts';
import { OwnAddresses } from '../../../src/inventory/own-addresses.ts';
import { parseInventory } from '../../../src/inventory/parse-inventory.ts';
import { RangeMap } from '../../../src/inventory/range-map.ts';
import type { Status } from '../../../src/inventory/status.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

function knowledge(): Knowledge {
  const { inventory } = parseInventory(
    [
      'cidr,state,expires',
      '10.1.0.0/16,known',
      '10.2.0.0/16,acknowledged',
      '10.3.0.0/16,known,2026-11-01',
      '10.0.0.0/24,known',
      '127.0.0.1,known',
    ].join('\n'),
  );
  assert.ok(inventory);
  const own = new OwnAddresses([
    { server: 'EX02', range: parseAddressRange('10.0.0.2') },
    { server: null, range: parseAddressRange('10.0.0.9') },
  ]);
  own.learn('EX01', ['10.0.0.1:995', '127.0.0.1:995', '10.0.0.100:995']);
  own.learn('EX02', ['10.0.0.100:995']);
  const balancers = ['10.9.0.0/24', '10.1.9.9'].map((text) => [parseAddressRange(text), true] as const);
  return { inventory, own, probes: new RangeMap(balancers) };
}

function status(server: string, address: string, hasUser: boolean): Status {
  return statusOf({ server, address, hasUser }, knowledge(), now);
}

test('the inventory decides about a client', () => {
  assert.equal(status('EX01', '10.1.2.3', true), 'known');
  assert.equal(status('EX01', '10.2.2.3', false), 'acknowledged');
  assert.equal(status('EX01', '192.168.1.1', true), 'unknown');
});

test('a client whose entry has expired is unknown', () => {
  assert.equal(status('EX01', '10.3.0.1', true), 'unknown');
});

test('the address of another of our servers is proxied, with or without users', () => {
  assert.equal(status('EX01', '10.0.0.2', true), 'proxied');
  assert.equal(status('EX01', '10.0.0.2', false), 'proxied');
  assert.equal(status('EX02', '10.0.0.1', true), 'proxied');
  assert.equal(status('EX01', '10.0.0.9', true), 'proxied');
});

test('a server that connects to itself is a probe until somebody logs in from there', () => {
  assert.equal(status('EX01', '10.0.0.1', false), 'probe');
  assert.equal(status('EX01', '10.0.0.1', true), 'known');
  assert.equal(status('EX02', '10.0.0.2', false), 'probe');
});

test('an address that several servers share is each one’s own', () => {
  assert.equal(status('EX01', '10.0.0.100', false), 'probe');
  assert.equal(status('EX02', '10.0.0.100', true), 'known');
  assert.equal(status('EX03', '10.0.0.100', true), 'proxied');
});

test('loopback is a probe on every server until somebody logs in, and never another server', () => {
  for (const server of ['EX01', 'EX02']) {
    assert.equal(status(server, '127.0.0.1', false), 'probe');
    assert.equal(status(server, '127.0.0.1', true), 'known');
    assert.equal(status(server, '127.8.0.1', false), 'probe');
    assert.equal(status(server, '::1', false), 'probe');
    assert.equal(status(server, '::1', true), 'unknown');
  }
});

test('a configured balancer or canary is a probe whatever the inventory says', () => {
  assert.equal(status('EX01', '10.9.0.5', true), 'probe');
  assert.equal(status('EX01', '10.1.9.9', false), 'probe');
});
