import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatEndpoint, parseEndpoint } from '../../../src/event/endpoint.ts';
import { anyAddress } from './any-event.ts';

test('an endpoint is split at its last colon', () => {
  assert.deepEqual(parseEndpoint('192.168.3.212:993'), { address: '192.168.3.212', port: 993 });
  assert.deepEqual(parseEndpoint('[::1]:993'), { address: '::1', port: 993 });
  assert.deepEqual(parseEndpoint('[fe80::1%12]:993'), { address: 'fe80::1', port: 993 });
  assert.deepEqual(parseEndpoint('[::ffff:10.1.2.3]:110'), { address: '10.1.2.3', port: 110 });
  assert.deepEqual(parseEndpoint('fe80::1:993'), { address: 'fe80::1', port: 993 });
});

test('an address alone has port 0', () => {
  assert.deepEqual(parseEndpoint('10.1.2.3'), { address: '10.1.2.3', port: 0 });
  assert.deepEqual(parseEndpoint('[::1]'), { address: '::1', port: 0 });
  assert.deepEqual(parseEndpoint('::1'), { address: '::1', port: 0 });
});

test('what is no address or no port is no endpoint', () => {
  for (const text of [
    '',
    ':',
    ':110',
    '10.1.2.3:',
    '10.1.2.3:65536',
    '10.1.2.3:x',
    '10.1.2.3:-1',
    'ex01:110',
    '[::1]:',
    '10.1.2:25',
  ]) {
    assert.equal(parseEndpoint(text), null, text);
  }
});

test('a written endpoint is read as it was', () => {
  fc.assert(
    fc.property(anyAddress, fc.nat(65_535), (address, port) => {
      assert.deepEqual(parseEndpoint(formatEndpoint(address, port)), { address, port });
    }),
  );
});
