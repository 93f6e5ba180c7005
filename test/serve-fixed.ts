/** The collector's real server over a fixed collector, on a free port. */
import { serveCollector } from '../src/collector/http/server.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { type MetricRegistry, createRegistry } from '../src/telemetry/registry.ts';
import type { FixedCollector } from './fixed-collector.ts';

export interface ServedFixed extends AsyncDisposable {
  readonly url: string;
  readonly registry: MetricRegistry;
}

export async function serveFixed(
  views: FixedCollector,
  options: { listenersMax?: number; port?: number } = {},
): Promise<ServedFixed> {
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  const server = await serveCollector({
    views,
    registry,
    log: silentLogger,
    clock: systemClock,
    version: '0.1.0',
    listen: { host: '127.0.0.1', port: options.port ?? 0 },
    allowInsecureListen: false,
    listenersMax: options.listenersMax ?? 5,
    stuck: () => [],
    unready: () => [],
  });
  return { url: server.url, registry, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
