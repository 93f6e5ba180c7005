import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { html } from '../../../src/markup/html.ts';

test('what is put in is escaped, in text and in attributes', () => {
  const hostile = `</td><script>alert("1")</script>&amp;'\``;
  assert.equal(
    html`<td title="${hostile}">${hostile}</td>`.toString(),
    '<td title="&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;&#96;">' +
      '&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;&#96;</td>',
  );
});

test('templates inside templates stay as they are; lists are joined; nothing is written for null and false', () => {
  const items = ['a', '<b>'].map((text) => html`<i>${text}</i>`);
  assert.equal(html`${items}${null}${false}${0}`.toString(), '<i>a</i><i>&lt;b&gt;</i>0');
});

test('an object that looks like a template does not pass for one', () => {
  const forged = { toString: () => '<script>' };
  assert.throws(() => html`${forged as never}`.toString());
});

test('control characters and marks of direction are shown, not sent', () => {
  assert.equal(html`${'a\u0000\u001b\u202eb\n'}`.toString(), String.raw`a\u0000\u001b\u202eb\u000a`);
});

test('no text breaks out of an attribute or opens a tag', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inside = /^<i title="([^"]*)">([^<]*)<\/i>$/.exec(html`<i title="${text}">${text}</i>`.toString());
      assert.ok(inside);
      assert.equal(inside[1], inside[2]);
      assert.doesNotMatch(inside[1]!, /[<>"'`]/);
      assert.ok(inside[1]!.isWellFormed());
    }),
  );
});
