import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationRoutes } from '../../../src/http/operation-routes.ts';
import { serve } from '../../../src/http/server.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { createRegistry } from '../../../src/telemetry/registry.ts';
import { ask } from './asking.ts';

async function start(reasons: string[]) {
  const registry = createRegistry({ prefix: 'straggler_local_', names: ['build_info'], processMetrics: false });
  registry.show('build_info', [[{ version: '1', revision: 'a' }, 1]]);
  return serve({
    listen: { host: 'localhost', port: 0 },
    allowInsecureListen: false,
    connectionsMax: 10,
    routes: operationRoutes({ registry, stuck: () => [], unready: () => reasons }),
    log: silentLogger,
    onBound: () => undefined,
  });
}

test('it is ready once there is no reason left, and says the reasons before', async () => {
  const reasons = ['the state is being loaded', 'the broker does not answer'];
  await using server = await start(reasons);
  const before = await ask(`${server.url}/readyz`);
  assert.equal(before.status, 503);
  assert.deepEqual(JSON.parse(before.text).reasons, reasons);
  assert.match(JSON.parse(before.text).detail, /^Not ready: the state is being loaded; the broker does not answer\.$/);
  reasons.length = 0;
  const after = await ask(`${server.url}/readyz`);
  assert.deepEqual([after.status, JSON.parse(after.text)], [200, { status: 'ready' }]);
});

test('it lives although it is not ready', async () => {
  await using server = await start(['loading']);
  assert.equal((await ask(`${server.url}/livez`)).status, 200);
});

test('metrics come in the format that is asked for', async () => {
  await using server = await start([]);
  const text = await ask(`${server.url}/metrics`);
  assert.match(String(text.headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(text.text, /^straggler_local_build_info\{version="1",revision="a"\} 1$/m);
  const open = await ask(`${server.url}/metrics`, { headers: { accept: 'application/openmetrics-text' } });
  assert.match(String(open.headers['content-type']), /^application\/openmetrics-text; version=1\.0\.0/);
  assert.match(open.text, /# EOF\n$/);
});
