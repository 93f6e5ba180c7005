import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../../src/event/ndjson.ts';
import { eventJsonSchema } from '../../../src/event/schema.ts';
import { anyEvent, eventWith } from './any-event.ts';

const published = JSON.parse(
  await readFile(new URL('../../../src/event/connection-event.schema.json', import.meta.url), 'utf8'),
);

test('the published schema is the one in force: npm run generate writes it', () => {
  assert.deepEqual(published, eventJsonSchema());
});

test('any encoded event validates under the published schema', () => {
  const validate = new Ajv2020({ strict: true }).compile(published);
  fc.assert(
    fc.property(anyEvent, (event) => {
      assert.equal(validate(JSON.parse(encodeEvent(event))), true, JSON.stringify(validate.errors));
    }),
    { numRuns: 500 },
  );
});

test('the published schema and the reader refuse the same shapes', () => {
  const validate = new Ajv2020({ strict: true }).compile(published);
  const failure = { at: 0, reason: 'x' };
  const texts = ['x'];
  const smtp = {
    messages: 1,
    tracked: 1,
    helo: texts,
    tls: 'TLS 1.2',
    senders: texts,
    connectors: texts,
    notice: failure,
  };
  const line = JSON.parse(encodeEvent(eventWith({ protocol: 'smtp', failure, smtp })));
  const paths = pathsOf(line);
  const wrong: readonly unknown[] = [null, 7, -1, 1.5, 2 ** 60, '', 'x'.repeat(257), [], [''], {}, true];
  for (const path of paths) {
    for (const value of wrong) {
      const changed = structuredClone(line);
      const place = path.slice(0, -1).reduce((inner, key) => inner[key], changed);
      place[path.at(-1) ?? ''] = value;
      if (!validate(changed)) {
        assert.throws(() => decodeEvent(changed), `${path.join('.')} = ${JSON.stringify(value)}`);
      }
    }
  }
});

/** Of everything in a document, at any depth. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}
