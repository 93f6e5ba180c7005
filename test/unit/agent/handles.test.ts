import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Handles } from '../../../src/agent/handles.ts';
import { scratch } from './scratch.ts';

const never = new AbortController().signal;

test('no more files than the limit are open; who comes later waits for a place', async () => {
  await using top = await scratch();
  await writeFile(top.path('a'), 'text');
  const handles = new Handles(2);
  const first = await handles.openFile(top.path('a'), never);
  const second = await handles.openFile(top.path('a'), never);
  assert.equal(first.size, 4);
  assert.equal(first.locator, second.locator);
  const third = handles.openFile(top.path('a'), never);
  assert.equal(handles.open, 2);
  assert.ok(handles.isExhausted);
  await first[Symbol.asyncDispose]();
  await (await third)[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  assert.equal(handles.open, 0);
});

test('an open that fails gives its place back', async () => {
  await using top = await scratch();
  const handles = new Handles(1);
  await assert.rejects(handles.openFile(top.path('missing'), never), { code: 'ENOENT' });
  assert.equal(handles.open, 0);
});

test('places for files that are opened for a moment are never held', () => {
  const handles = new Handles(16);
  let held = 0;
  while (handles.hold()) held++;
  assert.equal(held, 12);
  handles.letGo();
  assert.ok(handles.hold());
  assert.ok(!new Handles(4).hold());
});

test('locators are of all 64 bits, as text', async () => {
  await using top = await scratch();
  await writeFile(top.path('a'), '');
  const file = await new Handles(1).openFile(top.path('a'), never);
  assert.match(file.locator ?? '', /^\d+:\d+$/);
  await file[Symbol.asyncDispose]();
});
