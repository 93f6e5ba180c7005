import assert from 'node:assert/strict';
import { canonicalAddress } from '../../../../src/event/address.ts';
import { formatEndpoint, parseEndpoint } from '../../../../src/event/endpoint.ts';
import { serverKey } from '../../../../src/event/server-key.ts';
import { parseLogFileName } from '../../../../src/exchange-log/file-name.ts';
import { serverOfFile } from '../../../../src/exchange-log/server-name.ts';
import { parseAddressRange, addressNumber } from '../../../../src/inventory/address-range.ts';
import { parseDuration } from '../../../../src/runtime/duration.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import { parseSize } from '../../../../src/runtime/size.ts';
import { visibleText } from '../../../../src/runtime/visible-text.ts';
import type { FuzzTarget } from '../target.ts';

/** An answer, or a sentence for people. */
function answered<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    assert.ok(error instanceof UserError || error instanceof RangeError, `another error: ${String(error)}`);
    return null;
  }
}

function check(input: Buffer): void {
  const text = input.toString('utf8');
  const key = serverKey(text);
  assert.equal(serverKey(key), key, 'a key is its own key');
  assert.ok(key.isWellFormed());
  const address = canonicalAddress(text);
  if (address !== null) {
    assert.equal(canonicalAddress(address), address);
    const range = parseAddressRange(address);
    assert.equal(range.first, addressNumber(address));
  }
  const endpoint = parseEndpoint(text);
  if (endpoint !== null) assert.deepEqual(parseEndpoint(formatEndpoint(endpoint.address, endpoint.port)), endpoint);
  const name = parseLogFileName(text, { prefixes: [{ prefix: 'MYPOP', protocol: 'pop3' }] });
  if (name !== null) assert.ok(Number.isFinite(name.periodStart) && name.sequence >= 0);
  const { server } = serverOfFile('/logs', `/logs/${text}`, [], 'host');
  assert.equal(serverKey(server), server);
  const range = answered(() => parseAddressRange(text));
  if (range !== null) assert.ok(range.first <= range.last);
  const duration = answered(() => parseDuration(text));
  if (duration !== null) assert.ok(Number.isSafeInteger(duration) && duration >= 0);
  const size = answered(() => parseSize(text));
  if (size !== null) assert.ok(Number.isSafeInteger(size) && size >= 0);
  // oxlint-disable-next-line no-control-regex -- what a terminal obeys is what this is about
  assert.doesNotMatch(visibleText(text), /[\u0000-\u001f\u007f-\u009f\u061c\u202a-\u202e\u2066-\u2069]/);
}

export const names: FuzzTarget = {
  name: 'names',
  seeds: () =>
    [
      'EX01.contoso.test',
      '10.0.0.1',
      '::ffff:10.0.0.1',
      '[fe80::1%12]:993',
      '2001:db8::1-2001:db8::9',
      '10.0.0.0/8',
      'POP32026112010-1.LOG',
      'imap4be20160209-12.log',
      'POP3201602W2-1.LOG',
      'Ex01/V15/Logging/Pop3/POP32026112010-1.LOG',
      '36h',
      '32MiB',
    ].map((text) => Buffer.from(text)),
  words: [
    '::',
    '.',
    '..',
    '%',
    '/',
    '\\',
    '-',
    ':',
    '\u061c',
    '\u0130',
    'ß',
    'W6',
    '9999999999',
    'e5',
    'd',
    'GiB',
    ' ',
  ],
  check,
};
