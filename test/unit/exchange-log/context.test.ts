import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { contextValue } from '../../../src/exchange-log/pop-imap/context.ts';

test('values by their key', () => {
  const context = 'R=ok;Msg=Proxy:ex01.contoso.test:1993:SSL;ErrMsg=None';
  assert.equal(contextValue(context, 'R'), 'ok');
  assert.equal(contextValue(context, 'Msg'), 'Proxy:ex01.contoso.test:1993:SSL');
  assert.equal(contextValue(context, 'ErrMsg'), 'None');
  assert.equal(contextValue(context, 'Excpt'), null);
  assert.equal(contextValue('', 'R'), null);
});

test('a quoted value may hold what separates', () => {
  const context =
    'R="2 NO AUTHENTICATE failed.";Msg="AuthFailed:LogonDenied,User: a;ErrMsg=x";ErrMsg=AuthFailed:LogonDenied';
  assert.equal(contextValue(context, 'R'), '2 NO AUTHENTICATE failed.');
  assert.equal(contextValue(context, 'Msg'), 'AuthFailed:LogonDenied,User: a;ErrMsg=x');
  assert.equal(contextValue(context, 'ErrMsg'), 'AuthFailed:LogonDenied');
});

test('it breaks only at a semicolon with letters and an equals sign behind', () => {
  assert.equal(contextValue('Msg=a;b;1=c;R=ok', 'Msg'), 'a;b;1=c');
  assert.equal(contextValue('Msg=a;b;1=c;R=ok', 'R'), 'ok');
  assert.equal(contextValue('some words;R=ok', 'R'), 'ok');
  assert.equal(contextValue('xR=no;R=ok', 'R'), 'ok');
});

test('inner quotes are not escaped and do not end a value', () => {
  assert.equal(contextValue('R="-ERR say "please" first";ErrMsg=X', 'R'), '-ERR say "please" first');
  assert.equal(contextValue('R="-ERR "a;b" c";ErrMsg=X', 'ErrMsg'), 'X');
});

test('a quote that is never closed takes what it must', () => {
  assert.equal(contextValue('R="-ERR no', 'R'), '-ERR no');
  assert.equal(contextValue('R="', 'R'), '');
  assert.equal(contextValue('R="-ERR" and more;ErrMsg=X', 'ErrMsg'), 'X');
});

test('of several values the first counts, and a value may be blank', () => {
  assert.equal(contextValue('R=;R=ok', 'R'), '');
  assert.equal(contextValue('R=ok;R=no', 'R'), 'ok');
});

test('values come back from a context as Exchange writes it', () => {
  const key = fc.stringMatching(/^[A-Z][a-z]{1,5}$/);
  const value = fc.string({ unit: fc.constantFrom('a', 'B', ' ', ';', ',', '=', '-', '1'), maxLength: 12 });
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name }), (pairs) => {
      const written = pairs.map(([name, text]) => `${name}=${/[ ",;]/.test(text) ? `"${text}"` : text}`).join(';');
      for (const [name, text] of pairs) assert.equal(contextValue(written, name), text);
    }),
    { numRuns: 1000 },
  );
});

test('a megabyte of separators and quotes is walked once', () => {
  for (const part of ['a="b;c', 'a="', ';a', '";a', ';a=', '"']) {
    assert.equal(contextValue(part.repeat(1_000_000 / part.length), 'R'), null, part);
  }
});
