import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddedDelivery } from '../../../../src/delivery/embedded/create-embedded-delivery.ts';
import type { EmbeddedDelivery } from '../../../../src/delivery/embedded/embedded-delivery.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { CountedClients } from '../../../contract/counted-clients.ts';
import { expectedOf } from '../../../contract/expected.ts';
import { LogLane } from '../../../contract/log-lane.ts';
import { findProgram } from '../../../find-program.ts';
import { missing } from '../../../require.ts';

/** A file system of its own, so small that it can be filled. */
class SmallDisk implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'straggler-disk-'));
  readonly #ballast = join(this.path, 'ballast');

  static mount(): SmallDisk | null {
    const disk = new SmallDisk();
    try {
      execFileSync(findProgram('mount') ?? '', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk.path], {
        stdio: 'ignore',
      });
      return disk;
    } catch {
      rmdirSync(disk.path);
      return null;
    }
  }

  fill(): void {
    try {
      for (const bytes = Buffer.alloc(4096); ;) writeFileSync(this.#ballast, bytes, { flag: 'a' });
    } catch (error) {
      assert.match(String(error), /ENOSPC/);
    }
  }

  makeRoom(): void {
    rmSync(this.#ballast);
  }

  [Symbol.dispose](): void {
    execFileSync(findProgram('umount') ?? '', [this.path]);
    rmdirSync(this.path);
  }
}

async function open(directory: string, clients: CountedClients): Promise<EmbeddedDelivery> {
  return await createEmbeddedDelivery({
    directory,
    programVersion: '0.0.0',
    committed: clients,
    observer: clients,
    logger: silentLogger,
    clock: systemClock,
    random: () => 0,
    limits: { everyMs: 0, gatherMs: 0 },
  });
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 30_000; !condition(); await sleep(20)) {
    assert.ok(Date.now() < deadline, 'it did not come to that in 30 s');
  }
}

test('a full disk holds up saving and loses nothing; with space again it goes on (scenario 28)', async (t) => {
  using disk = SmallDisk.mount();
  if (disk === null) return missing(t, 'no right to mount a small file system');
  const directory = join(disk.path, 'state');
  const lane = new LogLane('ex01');
  const clients = new CountedClients();
  await using delivery = await open(directory, clients);
  await delivery.record({ lanes: [lane.record] });
  await Promise.all(lane.slices(0, 3).map(({ slice, events }) => delivery.deliver(slice, events)));

  disk.fill();
  // More than what SQLite has room for in the files that it has.
  const handed = Promise.all(lane.slices(3, 300).map(({ slice, events }) => delivery.deliver(slice, events)));
  await until(() => delivery.status().reasons.length > 0);
  assert.deepEqual(delivery.status(), {
    stateComplete: false,
    connected: true,
    reasons: [`The disk that holds the state folder ${directory} is full.`],
    lag: [],
  });
  assert.deepEqual(clients.counted(), expectedOf(lane.slices(0, 3)), 'nothing is shown before it is durable');

  disk.makeRoom();
  await handed;
  assert.deepEqual(delivery.status().reasons, []);
  assert.deepEqual(clients.counted(), expectedOf(lane.slices(0, 300)));
  await delivery[Symbol.asyncDispose]();

  const again = new CountedClients();
  await using reopened = await open(directory, again);
  assert.deepEqual(reopened.state.files, [lane.file(300)]);
  assert.deepEqual(again.counted(), expectedOf(lane.slices(0, 300)));
});

test('a state cannot be made on a full disk, and can once there is room', async (t) => {
  using disk = SmallDisk.mount();
  if (disk === null) return missing(t, 'no right to mount a small file system');
  const directory = join(disk.path, 'state');
  disk.fill();
  await assert.rejects(open(directory, new CountedClients()), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, `The disk that holds the state folder ${directory} is full.`);
    assert.equal(error.remedy, 'Make room; nothing is lost meanwhile.');
    assert.equal(error.retryable, true);
    return true;
  });
  disk.makeRoom();
  await using delivery = await open(directory, new CountedClients());
  assert.deepEqual(delivery.state.files, []);
});
