/**
 * What an agent writes, read by a client that shares no line of code with ours: kcat (librdkafka), as a stranger's
 * pipeline would, by nothing but the published schema.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { stringify } from 'yaml';
import { z } from 'zod';
import { settingsSchema } from '../../../src/config/schema.ts';
import { expectedClients } from '../../../src/simulator/truth.ts';
import { variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { findProgram } from '../../find-program.ts';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { missing, requireBroker } from '../../require.ts';
import { ownTopics, stateFolder } from './own-topics.ts';

const schema: unknown = JSON.parse(
  readFileSync(new URL('../../../src/event/connection-event.schema.json', import.meta.url), 'utf8'),
);

/** All that `kafka.compression` can be set to. */
const compressions = z
  .looseObject({ enum: z.array(z.string()).min(2) })
  .parse(z.toJSONSchema(settingsSchema.shape.kafka.unwrap().shape.compression, { io: 'input' })).enum;

interface KcatRecord {
  readonly partition: number;
  readonly offset: number;
  /** Names and values by turns. */
  readonly headers?: readonly string[];
  readonly key: string | null;
  readonly payload: string | null;
}

/** All that a topic holds. */
function kcat(program: string, brokers: readonly string[], topic: string): KcatRecord[] {
  const typed = ['-C', '-b', brokers.join(','), '-t', topic, '-o', 'beginning', '-e', '-q', '-J'];
  const { status, stdout, stderr } = spawnSync(program, typed, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  assert.equal(status, 0, stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as KcatRecord);
}

interface EventLine {
  readonly host: { readonly name: string };
  readonly straggler: { readonly rows: number };
}

for (const compression of compressions) {
  test(`another client reads what an agent writes with compression ${compression}: every line is valid, every row is there`, async (t) => {
    const program = findProgram('kcat', 'kafkacat');
    if (program === null) return missing(t, 'kcat (Debian: kcat)');
    const broker = await requireBroker(t);
    if (broker === null) return;
    const topics = ownTopics(t, broker.brokers);
    await topics.create();
    const folder = await stateFolder(t);
    const logs = join(folder, 'logs');
    using world = createWorld(variedWorld({ directory: logs, seed: 3, startMs: Date.UTC(2026, 10, 20, 9, 30) }));
    world.advanceBy(600_000);
    world.settle();
    const settings = join(folder, 'agent.yaml');
    writeFileSync(settings, stringify({ kafka: { brokers: broker.brokers, topics: topics.plan.names, compression } }));
    const state = join(folder, 'state');
    await using agent = StragglerProcess.start(
      ...(['agent', logs, '--config', settings, '--state', state, '--read-back', 'all'] as const),
    );
    await agent.ready();
    await agent.signal('SIGTERM');

    const validate = new Ajv2020({ strict: true }).compile(schema as object);
    let rows = 0;
    for (const { headers = [], payload } of kcat(program, broker.brokers, topics.plan.names.connections)) {
      const named = Object.fromEntries(headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : [])));
      assert.equal(named['content-type'], 'application/x-ndjson');
      assert.ok(payload !== null && payload.endsWith('\n'), 'a chunk ends with a whole line');
      for (const line of payload.trimEnd().split('\n')) {
        const event = JSON.parse(line) as EventLine;
        assert.equal(validate(event), true, `${line}: ${JSON.stringify(validate.errors)}`);
        rows += event.straggler.rows;
      }
    }
    const written = expectedClients(world.truth()).reduce((sum, client) => sum + client.rows, 0);
    assert.ok(written > 0);
    assert.equal(rows, written);
    for (const { key, payload } of kcat(program, broker.brokers, topics.plan.names.agents)) {
      assert.ok(key !== null && payload !== null);
      const { schema: version, server } = JSON.parse(payload) as { schema: number; server: string };
      assert.equal(version, 1);
      assert.ok(key.includes(server), key);
    }
  });
}
