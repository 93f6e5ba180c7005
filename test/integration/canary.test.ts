/** The canary through the whole chain: a port that logs as Exchange does, and `run` on that log. */
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SummaryView } from '../../src/collector/views.ts';
import { exchangeFormat, headText } from '../../src/simulator/log-format.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { until } from '../processes/until.ts';

/** The row that Exchange writes for a connection that was opened. */
function openRow(client: string, session: number): string {
  const id = session.toString(16).toUpperCase().padStart(16, '0');
  return `${new Date().toISOString()},${id},0,127.0.0.1:110,${client},,1,0,53,OpenSession,,\r\n`;
}

test('on a server that nobody uses and that logs no probes, a canary alone makes a zero believed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'straggler-canary-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const logs = join(folder, 'EX01', 'Logging', 'Pop3');
  await mkdir(logs, { recursive: true });
  const now = new Date();
  const hour = now.toISOString().slice(0, 13).replaceAll(/[-T]/g, '');
  const log = join(logs, `POP3${hour}-1.LOG`);
  await writeFile(log, headText(exchangeFormat, 'pop3', now.getTime()));
  let connections = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    connections++;
    appendFileSync(log, openRow(`${socket.remoteAddress}:${socket.remotePort}`, connections));
    socket.write('+OK The Microsoft Exchange POP3 service is ready.\r\n');
    socket.on('data', () => socket.end('+OK\r\n'));
  });
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const config = join(folder, 'straggler.yaml');
  await writeFile(config, `canary: {addresses: ["EX01=pop3://127.0.0.1:${address.port}"]}\n`);
  await using run = StragglerProcess.start(
    'run',
    join(folder, 'EX01'),
    '--state',
    join(folder, 'state'),
    '--config',
    config,
  );
  await run.ready();
  const summary = async (): Promise<SummaryView> => (await (await run.get('/api/v1/summary')).json()) as SummaryView;
  await until('the canary is back, and nothing else is missing', async () => {
    const { canaries, complete } = (await summary()).evidence;
    return complete && canaries[0]?.returnedAt !== null;
  });
  const { verdict, evidence, windows } = await summary();
  assert.equal(verdict, 'clear');
  assert.deepEqual(
    evidence.canaries.map(({ server: name, protocol, tookSeconds }) => [name, protocol, (tookSeconds ?? 99) < 60]),
    [['EX01', 'pop3', true]],
  );
  assert.deepEqual([windows['24h']?.probe, windows['24h']?.all], [1, 1]);
  assert.equal(connections, 1);
  const metrics = await (await run.get('/metrics')).text();
  assert.match(metrics, /^straggler_canary_returned_timestamp_seconds\{server="EX01",protocol="pop3"\} [1-9]/m);
  assert.match(metrics, /^straggler_evidence_complete 1$/m);
});
