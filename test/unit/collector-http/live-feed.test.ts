import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveFeed } from '../../../src/collector/http/live-feed.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { FixedClient } from '../../fixed-clients.ts';
import { FixedCollector } from '../../fixed-collector.ts';

const another: FixedClient = {
  address: '192.0.2.1',
  status: 'unknown',
  users: ['a\nb\u2028event: forged'],
  seen: [{ server: 'EX01', protocol: 'pop3', minutesAgo: 0 }],
};

function feed(change: { listenersMax?: number; refreshMs?: number; heartbeatMs?: number } = {}) {
  const views = new FixedCollector();
  const live = liveFeed({
    views,
    clock: systemClock,
    listenersMax: 10,
    onBound: () => undefined,
    tickMs: 5,
    refreshMs: 3_600_000,
    heartbeatMs: 3_600_000,
    ...change,
  });
  return { views, live };
}

/** Pieces of the answer one by one; the caller ends it. */
function listen(live: ReturnType<typeof feed>['live'], leaving: AbortController): AsyncIterator<string> {
  const { body } = live.open(leaving.signal);
  return (body as AsyncIterable<string>)[Symbol.asyncIterator]();
}

test('a listener gets a whole summary at once, and another after a change', { timeout: 20_000 }, async () => {
  const { views, live } = feed();
  const leaving = new AbortController();
  const pieces = listen(live, leaving);
  assert.equal((await pieces.next()).value, 'retry: 3000\n\n');
  const first = /^event: summary\nid: 1\ndata: (.*)\n\n$/.exec((await pieces.next()).value)?.[1];
  assert.deepEqual(JSON.parse(first!), views.summary());
  const second = pieces.next();
  views.add(another);
  const text: string = (await second).value;
  assert.match(text, /^event: summary\nid: 2\ndata: /);
  assert.equal(text.split('\n').length, 5, 'one line of data');
  leaving.abort();
  assert.equal((await pieces.next()).done, true);
});

test('a slow listener gets the newest once, not every change it missed', { timeout: 20_000 }, async () => {
  const { views, live } = feed();
  const leaving = new AbortController();
  const pieces = listen(live, leaving);
  await pieces.next();
  await pieces.next();
  for (let change = 0; change < 5; change++) views.add({ ...another, address: `192.0.2.${change}` });
  assert.match((await pieces.next()).value, /^event: summary\nid: 6\n/);
  const more = pieces.next();
  leaving.abort();
  assert.equal((await more).done, true);
});

test(
  'without a change there is an event now and then, for counts fall as time passes, and a heartbeat',
  { timeout: 20_000 },
  async () => {
    const { live } = feed({ refreshMs: 1, heartbeatMs: 1 });
    const leaving = new AbortController();
    const pieces = listen(live, leaving);
    const kinds = new Set<string>();
    for (let piece = 0; piece < 7; piece++) kinds.add((await pieces.next()).value.slice(0, 6));
    assert.deepEqual(kinds, new Set(['retry:', 'event:', ': stil']));
    leaving.abort();
    await pieces.return?.();
  },
);

test('listeners are counted while they listen, and no longer', { timeout: 20_000 }, async () => {
  const { live } = feed();
  const leaving = new AbortController();
  const [a, b] = [listen(live, leaving), listen(live, leaving)];
  assert.equal(live.listeners, 0, 'asking for the headers alone is not listening');
  await Promise.all([a.next(), b.next()]);
  assert.equal(live.listeners, 2);
  leaving.abort();
  await Promise.all([a.next(), b.next()]);
  assert.equal(live.listeners, 0);
});

test('proxies are told to pass the feed on as it comes', () => {
  const { live } = feed();
  const { type, headers } = live.open(new AbortController().signal);
  assert.match(type, /^text\/event-stream/);
  assert.equal(headers?.['X-Accel-Buffering'], 'no');
});
