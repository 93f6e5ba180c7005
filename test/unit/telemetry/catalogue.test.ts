import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statuses } from '../../../src/collector/views.ts';
import { catalogue, type MetricDefinition } from '../../../src/telemetry/catalogue.ts';

const all: readonly (readonly [string, MetricDefinition])[] = Object.entries(catalogue);

test('names say what Prometheus expects of them', () => {
  for (const [name, metric] of all) {
    assert.match(name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    assert.equal(name.endsWith('_total'), metric.type === 'counter', `${name}: _total is for counters, and for all`);
    if (metric.unit === 'seconds') assert.match(name, /_seconds$/);
    if (metric.unit === 'bytes') assert.match(name, /_bytes(_total)?$|_bytes_(lost_total|at_risk)$/);
    if (metric.unit === 'info') assert.match(name, /_info$/);
    assert.doesNotMatch(name, /_age|_milliseconds|_minutes/);
  }
});

test('every metric has a help that is one or two sentences, without quotes', () => {
  for (const [name, metric] of all) {
    assert.match(metric.help, /^[A-Z01].{15,200}\.$/, name);
    assert.doesNotMatch(metric.help, /["\\\n]/, `${name}: OpenMetrics would escape it differently`);
  }
});

test('counters say where their truth is, histograms their buckets, and nobody else does', () => {
  for (const [name, metric] of all) {
    assert.equal(metric.truth !== undefined, metric.type === 'counter', name);
    assert.equal(metric.buckets !== undefined, metric.type === 'histogram', name);
    if (metric.buckets !== undefined)
      assert.deepEqual(
        metric.buckets,
        [...metric.buckets].toSorted((a, b) => a - b),
      );
  }
});

test('statuses are labelled as the API spells them', () => {
  assert.deepEqual(catalogue.clients.labels.status, statuses);
  assert.deepEqual(
    catalogue.remaining_clients.labels.status,
    statuses.filter((status) => status !== 'proxied' && status !== 'probe'),
  );
});

test('only the two bounded metrics hold addresses of clients', () => {
  const named = all.filter(([, metric]) => 'client_ip' in metric.labels).map(([name]) => name);
  assert.deepEqual(named, [
    'unknown_client_first_seen_timestamp_seconds',
    'unknown_client_last_seen_timestamp_seconds',
  ]);
});
