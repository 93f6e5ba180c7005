import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeBulk } from '../../../src/simulator/bulk.ts';
import { folderName } from '../../../src/simulator/log-name.ts';
import { badKinds, tolerableKinds } from '../../../src/simulator/odd-rows.ts';
import type { Truth } from '../../../src/simulator/truth.ts';
import { expectedClients } from '../../../src/simulator/truth.ts';
import { roughStyle, variedWorld } from '../../../src/simulator/varied-world.ts';
import { createWorld } from '../../../src/simulator/world.ts';
import { byCodePoint, naiveCount } from './naive-count.ts';
import { scratchFolder } from './scratch.ts';

const startMs = Date.UTC(2026, 10, 20, 9, 40);
const hourMs = 3_600_000;

function assertAgrees(directory: string, truth: Truth): void {
  for (const source of truth.sources) {
    const { server, protocol } = source;
    // SMTP has a truth of its own, against which the reports are held.
    if (protocol === 'smtp') continue;
    const naive = naiveCount(join(directory, server, folderName(protocol)));
    const where = `${server} ${protocol}`;
    assert.deepEqual([naive.files, naive.rows, naive.badRows], [source.files, source.rows, source.badRows], where);
    const clients = truth.clients.filter((client) => client.server === server && client.protocol === protocol);
    assert.equal(clients.length, naive.clients.size, where);
    for (const client of clients) {
      const found = naive.clients.get(client.address);
      assert.deepEqual(
        {
          connections: client.connections,
          rows: client.rows,
          commands: client.commands,
          succeeded: client.logins.succeeded,
          failed: client.logins.failed,
          received: client.bytes.received,
          sent: client.bytes.sent,
          firstSeen: client.firstSeen,
          lastSeen: client.lastSeen,
          users: client.users,
          endpoints: client.endpoints,
          lastFailure: client.lastFailure,
        },
        found && { ...found, users: byCodePoint(found.users), endpoints: byCodePoint(found.endpoints) },
        `${where} ${client.address}`,
      );
    }
  }
}

for (const seed of [1, 2]) {
  test(`a naive reader of the files of seed ${seed} finds the truth, odd, torn and late rows included`, (context) => {
    const directory = scratchFolder(context);
    const world = createWorld(variedWorld({ directory, seed, startMs, style: roughStyle }));
    for (let minute = 5; minute <= 70; minute += 5) world.advanceTo(startMs + minute * 60_000);
    world.close();
    const truth = world.truth();
    assert.equal(truth.sources.length, 12);
    const kinds = new Set(truth.sources.flatMap((source) => Object.keys(source.badRowsByKind)));
    assert.deepEqual([...kinds].toSorted(), badKinds.filter((kind) => kind !== 'too long').toSorted());
    assertAgrees(directory, truth);
  });
}

test('the truth holds at every moment for the rows that are complete', (context) => {
  const directory = scratchFolder(context);
  const style = { tornChance: 0.5, lateChance: 0 };
  using world = createWorld(variedWorld({ directory, seed: 5, startMs, style }));
  for (let step = 1; step <= 10; step += 1) {
    world.advanceTo(startMs + step * 20_011);
    for (const source of world.truth().sources) {
      if (source.protocol === 'smtp') continue;
      const naive = naiveCount(join(directory, source.server, folderName(source.protocol)));
      // A torn tail without its line end may look like a bad row or, cut in the last cell, like a good one.
      const surplus = naive.rows + naive.badRows - source.rows - source.badRows;
      assert.ok(surplus === 0 || surplus === 1, `${source.server} ${source.protocol}: ${surplus}`);
    }
  }
  world.settle();
  assertAgrees(directory, world.truth());
});

test('a world that goes on where another one ended keeps one truth for both', (context) => {
  const directory = scratchFolder(context);
  const first = createWorld(variedWorld({ directory, seed: 1, startMs }));
  first.advanceBy(hourMs / 2);
  first.close();
  const earlier = JSON.parse(JSON.stringify(first.truth())) as Truth;
  const second = createWorld({ ...variedWorld({ directory, seed: 2, startMs: first.nowMs }), earlier });
  assert.deepEqual(second.truth(), earlier);
  second.advanceBy(hourMs / 2);
  second.close();
  assertAgrees(directory, second.truth());
});

test('each odd row counts as its kind says', (context) => {
  const directory = scratchFolder(context);
  const world = createWorld({ ...variedWorld({ directory, seed: 1, startMs }), devices: [] });
  for (const kind of badKinds) world.writeOdd('EX01', 'imap4', kind);
  for (const kind of tolerableKinds) world.writeOdd('EX01', 'imap4', kind);
  world.close();
  const truth = world.truth();
  const source = truth.sources.find(({ server, protocol }) => server === 'EX01' && protocol === 'imap4');
  assert.equal(source?.badRows, badKinds.length);
  assert.equal(source.rows, tolerableKinds.length);
  assert.equal(source.unreadableSizes, 1);
  assert.equal(source.rowsWithExtraColumns, 1);
  const [client] = expectedClients(truth);
  assert.equal(client?.address, '192.0.2.250');
  assert.equal(source.rowsWithNulHead, 1);
  // Sizes count only where they can be read: with columns too many, and behind the NULs.
  assert.deepEqual(client.bytes, { received: 12, sent: 18 });
  const naive = naiveCount(join(directory, 'EX01', 'Imap4'));
  // The naive reader has no limit on rows and takes the row of a megabyte for a good one.
  assert.deepEqual([naive.rows, naive.badRows], [source.rows + 1, source.badRows - 1]);
});

test('bulk logs hold as many rows and clients as asked for, and agree with their truth', (context) => {
  const directory = scratchFolder(context);
  const truth = writeBulk({ directory, seed: 3, rows: 4001, clients: 120, startMs, durationMs: 3 * hourMs });
  assert.equal(
    truth.sources.reduce((rows, source) => rows + source.rows, 0),
    4001,
  );
  assert.equal(new Set(truth.clients.map((client) => client.address)).size, 120);
  assert.deepEqual(
    truth.sources.map((source) => source.files),
    [4, 4, 4, 4],
  );
  assertAgrees(directory, truth);
});
