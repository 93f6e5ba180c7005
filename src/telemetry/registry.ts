/**
 * The one door to prom-client. Series come from the catalogue and from nothing else, so a metric that is not listed
 * cannot be written, and a label that is not listed does not compile.
 *
 * Three kinds of figures: what is **shown** (gauges, and counters whose truth is in committed state) is replaced whole
 * at every scrape, so a series that is no more disappears; what is **counted** and what is **observed** grows in this
 * process and starts at 0.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { catalogue } from './catalogue.ts';
import type { Catalogue, Labels, MetricDefinition, MetricName, Prefix } from './catalogue.ts';

type NameOf<Shape> = { [Name in MetricName]: Catalogue[Name] extends Shape ? Name : never }[MetricName];
export type CountedName = NameOf<{ readonly type: 'counter'; readonly truth: 'process' }>;
type ObservedName = NameOf<{ readonly type: 'histogram' }>;
type ShownName = Exclude<MetricName, CountedName | ObservedName>;

export type Sample<Name extends MetricName> = readonly [labels: Labels<Name>, value: number];

interface Scrape {
  readonly contentType: string;
  readonly body: string;
}

export interface MetricRegistry {
  /** Replaces all series of the metric. Two samples with the same labels: a gauge takes the last, a counter the sum. */
  show<Name extends ShownName>(name: Name, samples: Iterable<Sample<Name>>): void;
  count<Name extends CountedName>(name: Name, labels: Labels<Name>, by?: number): void;
  observe<Name extends ObservedName>(name: Name, labels: Labels<Name>, value: number): void;
  /** Calls `fill` before every scrape, once, so that all that it shows is of one moment. */
  onScrape(fill: () => void): void;
  /** Renders in the format that the `Accept` header prefers: Prometheus text, or OpenMetrics. */
  scrape(accept: string | undefined): Promise<Scrape>;
}

export interface RegistryOptions {
  readonly prefix: Prefix;
  /** Metrics to have; all of the catalogue when left out. */
  readonly names?: readonly MetricName[];
  /** With `process_*` and `nodejs_*`. */
  readonly processMetrics: boolean;
}

/** Gauges of prom-client that end in `_total`, which promtool refuses with reason. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export function createRegistry(options: RegistryOptions): MetricRegistry {
  const registry = new Registry();
  const metrics = new Map<MetricName, Counter | Gauge | Histogram>();
  for (const name of options.names ?? (Object.keys(catalogue) as MetricName[])) {
    metrics.set(name, createMetric(registry, options.prefix + name, catalogue[name]));
  }
  if (options.processMetrics) {
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
    for (const name of misnamed) registry.removeSingleMetric(name);
  }
  const names = new Map(registry.getMetricsAsArray().map((metric) => [metric, metric.name]));
  const fills: (() => void)[] = [];
  let turn: Promise<unknown> = Promise.resolve();

  function metricOf(name: MetricName): Counter | Gauge | Histogram {
    const metric = metrics.get(name);
    if (metric === undefined) throw new Error(`the registry was made without the metric ${name}`);
    return metric;
  }

  async function render(openMetrics: boolean): Promise<Scrape> {
    for (const fill of fills) fill();
    const contentType = openMetrics ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
    (registry as Registry<typeof contentType>).setContentType(contentType);
    try {
      return { contentType, body: await registry.metrics() };
    } finally {
      // OpenMetrics has prom-client strip `_total` from the names of its metric objects, for good.
      for (const [metric, name] of names) metric.name = name;
    }
  }

  return {
    show(name, samples) {
      const metric = metricOf(name) as Counter | Gauge;
      metric.reset();
      // A metric without labels comes back from its reset as a 0 that nobody has said.
      metric.remove({});
      for (const [labels, value] of samples) {
        if (metric instanceof Counter) metric.inc(plain(labels), value);
        else metric.set(plain(labels), value);
      }
    },
    count: (name, labels, by = 1) => (metricOf(name) as Counter).inc(plain(labels), by),
    observe: (name, labels, value) => (metricOf(name) as Histogram).observe(plain(labels), value),
    onScrape: (fill) => void fills.push(fill),
    scrape(accept) {
      // One at a time: the format and the names above belong to the registry, not to the scrape.
      const mine = turn.then(() => render(prefersOpenMetrics(accept)));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

function plain(labels: object): Record<string, string> {
  return labels as Record<string, string>;
}

function createMetric(registry: Registry, name: string, definition: MetricDefinition): Counter | Gauge | Histogram {
  const common = { name, help: definition.help, labelNames: Object.keys(definition.labels), registers: [registry] };
  if (definition.type === 'gauge') return new Gauge(common);
  if (definition.type === 'histogram') return new Histogram({ ...common, buckets: [...(definition.buckets ?? [])] });
  const counter = new Counter(common);
  if (definition.truth === 'process') for (const labels of knownSeries(definition)) counter.inc(labels, 0);
  return counter;
}

/** All combinations of the labels' known words; none where a label is open. */
function knownSeries(definition: MetricDefinition): Record<string, string>[] {
  let series: Record<string, string>[] = [{}];
  for (const [label, words] of Object.entries(definition.labels)) {
    if (words === 'open') return [];
    series = series.flatMap((labels) => words.map((word) => ({ ...labels, [label]: word })));
  }
  return series;
}

/** Whether an `Accept` header ranks OpenMetrics at least as high as the plain text format. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  let openMetrics = 0;
  let text = 0;
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    if (type === 'application/openmetrics-text') openMetrics = Math.max(openMetrics, quality);
    if (type === 'text/plain') text = Math.max(text, quality);
  }
  return openMetrics > 0 && openMetrics >= text;
}
