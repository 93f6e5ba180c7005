import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedClients } from '../../../src/simulator/truth.ts';
import { badKinds, tolerableKinds } from '../../../src/simulator/odd-rows.ts';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { parsed, report, scratchFolder } from './run.ts';

for (const seed of [1, 2, 3]) {
  test(`a report equals the truth in every field, seed ${seed}`, async (context) => {
    const directory = scratchFolder(context);
    const startMs = Date.UTC(2026, 10, 20, 9);
    const world = createWorld(
      variedWorld({ directory, seed, startMs, style: { ...roughStyle, oddKinds: [...badKinds, ...tolerableKinds] } }),
    );
    world.advanceTo(startMs + 3 * 3_600_000);
    world.close();
    const truth = world.truth();
    const result = parsed(await report({ paths: [directory] }));
    // The truth knows no inventory, and not which login of a user was the last.
    const untold = { status: '', label: '', owner: '', failedUsers: '' };
    const shown = result.clients.map((client: object) => ({ ...client, ...untold }));
    const expected = expectedClients(truth).map((client) => ({ ...client, ...untold }));
    assert.ok(shown.length > 50);
    assert.deepEqual(shown, expected);
    const servers = truth.sources.map(({ server, protocol, files, rows, lastRow }) => ({
      name: server,
      protocol,
      files,
      rows,
      lastRow,
    }));
    assert.deepEqual(new Set(result.input.servers), new Set(servers));
    assert.equal(
      result.input.ignoredRows,
      truth.sources.reduce((sum, { ignoredRows }) => sum + ignoredRows, 0),
    );
    assert.equal(
      result.input.ignoredFiles,
      truth.sources.reduce((sum, { backEndFiles }) => sum + backEndFiles, 0),
    );
    assert.equal(
      result.input.badRows,
      truth.sources.reduce((sum, { badRows }) => sum + badRows, 0),
    );
  });
}
