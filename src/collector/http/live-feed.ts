/**
 * The live feed: server-sent events, each a whole summary, so whoever comes back after a break has missed nothing. A
 * listener gets at most one event a second; a slow one gets the newest when it is ready and never a queue.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpAnswer } from '../../http/answer.ts';
import { Problem } from '../../http/problem.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { CollectorViews } from '../views.ts';

export interface LiveFeedOptions {
  readonly views: CollectorViews;
  readonly clock: Clock;
  readonly listenersMax: number;
  readonly onBound: (bound: string) => void;
  /** Between two looks, and so the least time between two events; 1 s where left out. */
  readonly tickMs?: number;
  /** Counts fall as time passes, without any event: an event comes at least this often. */
  readonly refreshMs?: number;
  /** A comment, so that proxies on the way keep the connection. */
  readonly heartbeatMs?: number;
}

export interface LiveFeed {
  readonly listeners: number;
  /** Throws a `Problem` when there are too many listeners already. */
  open(signal: AbortSignal): HttpAnswer;
}

export function liveFeed(options: LiveFeedOptions): LiveFeed {
  const { views, clock, listenersMax, tickMs = 1000, refreshMs = 10_000, heartbeatMs = 20_000 } = options;
  let listeners = 0;
  let latest = { at: -Infinity, version: -1, event: '' };

  /** One summary serves all listeners of the same moment. */
  function current(): string {
    const now = clock.monotonic();
    if (latest.version !== views.version || now - latest.at >= tickMs) {
      const version = views.version;
      latest = {
        at: now,
        version,
        event: `event: summary\nid: ${version}\ndata: ${JSON.stringify(views.summary())}\n\n`,
      };
    }
    return latest.event;
  }

  async function* follow(signal: AbortSignal): AsyncGenerator<string> {
    listeners++;
    try {
      yield 'retry: 3000\n\n';
      let sent = { version: -1, at: -Infinity };
      let beatAt = clock.monotonic();
      while (!signal.aborted) {
        const now = clock.monotonic();
        if (sent.version !== views.version || now - sent.at >= refreshMs) {
          sent = { version: views.version, at: now };
          yield current();
        }
        if (now - beatAt >= heartbeatMs) {
          beatAt = now;
          yield ': still here\n\n';
        }
        await sleep(tickMs, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      listeners--;
    }
  }

  return {
    get listeners() {
      return listeners;
    },
    open(signal) {
      if (listeners >= listenersMax) {
        options.onBound('live listeners');
        const detail = `${listenersMax} pages follow the live feed already, which is the limit (collector.limits.listeners); the page itself can still be loaded again.`;
        throw new Problem(503, detail, { headers: { 'Retry-After': '30' } });
      }
      return {
        type: 'text/event-stream; charset=utf-8',
        headers: { 'X-Accel-Buffering': 'no', 'Cache-Control': 'no-store, no-transform' },
        body: follow(signal),
      };
    },
  };
}
