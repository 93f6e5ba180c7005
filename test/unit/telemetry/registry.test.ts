import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../../src/telemetry/catalogue.ts';
import { createRegistry, prefersOpenMetrics } from '../../../src/telemetry/registry.ts';

const openMetrics = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

/** Lines of the metric, without HELP and TYPE. */
async function series(registry: ReturnType<typeof createRegistry>, name: string, accept?: string): Promise<string[]> {
  const { body } = await registry.scrape(accept);
  return body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

test('every metric of the catalogue is there with its type and help', async () => {
  const { body } = await createRegistry({ prefix: 'straggler_', processMetrics: false }).scrape(undefined);
  for (const [name, metric] of Object.entries(catalogue)) {
    assert.ok(body.includes(`# TYPE straggler_${name} ${metric.type}\n`), name);
    assert.ok(body.includes(`# HELP straggler_${name} ${metric.help}\n`), name);
  }
});

test('what is shown is replaced whole, so a series that is no more disappears', async () => {
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  registry.show('connections_total', [
    [{ server: 'EX01', protocol: 'pop3' }, 7],
    [{ server: 'EX02', protocol: 'pop3' }, 9],
  ]);
  registry.show('connections_total', [[{ server: 'EX01', protocol: 'pop3' }, 8]]);
  assert.deepEqual(await series(registry, 'straggler_connections_total'), [
    'straggler_connections_total{server="EX01",protocol="pop3"} 8',
  ]);
});

test('what was counted stays counted, and its known words start at 0', async () => {
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  registry.count('events_total', { result: 'late' }, 2);
  registry.count('events_total', { result: 'late' });
  assert.deepEqual(await series(registry, 'straggler_events_total'), [
    'straggler_events_total{result="accepted"} 0',
    'straggler_events_total{result="duplicate"} 0',
    'straggler_events_total{result="late"} 3',
    'straggler_events_total{result="invalid"} 0',
  ]);
});

test('a gauge without labels that nobody has shown is absent once it is said to be', async () => {
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  registry.show('kafka_connected', []);
  assert.deepEqual(await series(registry, 'straggler_kafka_connected'), []);
  registry.show('kafka_connected', [[{}, 1]]);
  assert.deepEqual(await series(registry, 'straggler_kafka_connected'), ['straggler_kafka_connected 1']);
});

test('a scrape as OpenMetrics leaves the names of the next one in text format alone, also side by side', async () => {
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: true });
  registry.count('bounds_hit_total', { bound: 'x' });
  const scrapes = await Promise.all([
    registry.scrape(openMetrics),
    registry.scrape('text/plain'),
    registry.scrape(openMetrics),
    registry.scrape(undefined),
  ]);
  assert.deepEqual(
    scrapes.map((scrape) => scrape.contentType.split(';')[0]),
    ['application/openmetrics-text', 'text/plain', 'application/openmetrics-text', 'text/plain'],
  );
  for (const { contentType, body } of scrapes) {
    const isOpen = contentType.startsWith('application/openmetrics-text');
    assert.equal(body.endsWith('# EOF\n'), isOpen);
    assert.ok(body.includes('\nstraggler_bounds_hit_total{bound="x"} 1\n'));
    assert.ok(body.includes(`# TYPE straggler_bounds_hit${isOpen ? '' : '_total'} counter\n`));
    assert.ok(body.includes('process_cpu_user_seconds_total '));
  }
});

test('gauges of the process whose names promtool refuses are left out', async () => {
  const { body } = await createRegistry({ prefix: 'straggler_', processMetrics: true }).scrape(undefined);
  assert.doesNotMatch(body, /nodejs_active_\w+_total/);
  assert.match(body, /nodejs_heap_size_used_bytes \d/);
});

test('an agent has its own prefix and only its own metrics', async () => {
  const registry = createRegistry({
    prefix: 'straggler_local_',
    names: ['agent_backlog_bytes'],
    processMetrics: false,
  });
  registry.show('agent_backlog_bytes', [[{ server: 'EX01', protocol: 'pop3' }, 5]]);
  const { body } = await registry.scrape(undefined);
  assert.match(body, /straggler_local_agent_backlog_bytes\{server="EX01",protocol="pop3"\} 5/);
  assert.equal(body.match(/# TYPE/g)?.length, 1);
  assert.throws(() => registry.show('clients', []), /without the metric clients/);
});

test('what is filled before a scrape is filled once for it', async () => {
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  let scrapes = 0;
  registry.onScrape(() => registry.show('live_listeners', [[{}, ++scrapes]]));
  assert.deepEqual(await series(registry, 'straggler_live_listeners'), ['straggler_live_listeners 1']);
  assert.deepEqual(await series(registry, 'straggler_live_listeners'), ['straggler_live_listeners 2']);
});

test('a scrape that fails says so, and does not stop the next', async () => {
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  let failing = true;
  registry.onScrape(() => {
    if (failing) throw new Error('no view');
  });
  await assert.rejects(registry.scrape(undefined), /no view/);
  failing = false;
  assert.match((await registry.scrape(undefined)).body, /straggler_clients/);
});

test('labels from a log are escaped', async () => {
  const registry = createRegistry({ prefix: 'straggler_', processMetrics: false });
  registry.show('connections_total', [[{ server: 'a"b\\c\nd', protocol: '</script>' }, 1]]);
  assert.deepEqual(await series(registry, 'straggler_connections_total'), [
    String.raw`straggler_connections_total{server="a\"b\\c\nd",protocol="</script>"} 1`,
  ]);
});

test('the format is the one that the request prefers', () => {
  assert.equal(prefersOpenMetrics(openMetrics), true);
  assert.equal(prefersOpenMetrics(undefined), false);
  assert.equal(prefersOpenMetrics('*/*'), false);
  assert.equal(prefersOpenMetrics('text/plain, application/openmetrics-text;q=0.1'), false);
  assert.equal(prefersOpenMetrics('application/openmetrics-text;q=0'), false);
  assert.equal(prefersOpenMetrics('Application/OpenMetrics-Text'), true);
});
