import type { MetricRegistry } from '../../telemetry/registry.ts';
import type { ServerLabels } from '../../telemetry/server-labels.ts';
import type { CanaryState } from './canary-book.ts';

/** Of several addresses of one server and protocol the one that looks worst counts, or it would hide. */
export function showCanaries(registry: MetricRegistry, states: readonly CanaryState[], servers: ServerLabels): void {
  const groups = Map.groupBy(states, ({ target }) => `${servers.of(target.server)}\t${target.protocol}`);
  const own = [...groups].map(([key, canaries]) => {
    const [server = '', protocol = ''] = key.split('\t');
    return { labels: { server, protocol }, canaries };
  });
  registry.show(
    'canary_sent_timestamp_seconds',
    own.map(({ labels, canaries }) => [labels, Math.max(...canaries.map(({ sentAt }) => sentAt ?? 0)) / 1000] as const),
  );
  registry.show(
    'canary_returned_timestamp_seconds',
    own.map(
      ({ labels, canaries }) =>
        [labels, Math.min(...canaries.map(({ returnedAt }) => returnedAt ?? 0)) / 1000] as const,
    ),
  );
  registry.show(
    'canary_round_trip_seconds',
    own.flatMap(({ labels, canaries }) => {
      const took = canaries.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs]));
      return took.length === 0 ? [] : [[labels, Math.max(...took) / 1000] as const];
    }),
  );
}
