import assert from 'node:assert/strict';
import { appendFile, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Budget } from '../../../src/agent/budget.ts';
import { Buffers } from '../../../src/agent/buffers.ts';
import { find } from '../../../src/agent/find.ts';
import { Handles } from '../../../src/agent/handles.ts';
import { Lane } from '../../../src/agent/lane.ts';
import { defaultLimits, defaultTimes } from '../../../src/agent/options.ts';
import { Registry } from '../../../src/agent/registry.ts';
import { ReaderCaches } from '../../../src/exchange-log/reader-caches.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { MemoryDelivery, MemoryState } from '../../memory-delivery.ts';
import { scratch } from './scratch.ts';

test('a handle that broke while a share was away is replaced by a new one', async () => {
  await using top = await scratch();
  const path = top.path('POP32026112010-1.LOG');
  const row = (session: string): string =>
    `2026-11-20T10:00:01.204Z,${session},0,10.0.0.1:995,10.1.2.3:51234,,39,0,53,OpenSession,,\r\n`;
  await writeFile(path, row('s0'));
  const memory = new MemoryState();
  const stop = new AbortController();
  const lane = new Lane(
    {
      delivery: new MemoryDelivery(memory),
      deadLetters: { keep: () => Promise.resolve(0) },
      keepUnreadable: true,
      handles: new Handles(8),
      bytesInFlight: new Budget(defaultLimits.inFlightBytesMax),
      buffers: new Buffers(2),
      registry: new Registry(),
      caches: new ReaderCaches(),
      limits: defaultLimits,
      times: { ...defaultTimes, backoffFirstMs: 1, backoffMaxMs: 2 },
      clock: systemClock,
      logger: silentLogger,
      randomId: () => String(Math.random()),
      signal: stop.signal,
    },
    {
      id: 'lane',
      server: 'EX01',
      protocol: 'pop3',
      root: top.folder,
      horizon: null,
      createdAt: 0,
      readBackDone: false,
      bytesLost: 0,
      lostAt: null,
    },
    true,
  );
  const running = lane.run();
  let number = 0;
  const scan = async (): Promise<void> => {
    const { files, devices } = await find({ path: top.folder }, 10);
    number++;
    lane.list({ number, isComplete: true, isThorough: true, devices, files });
    await lane.whenDone(number);
  };
  await scan();
  const [file] = lane.files.all;
  assert.ok(file?.held !== null && file?.held !== undefined);
  await file.held.handle.close();
  await appendFile(path, row('s1'));
  // The first look finds the handle broken, a later one reads.
  for (let tries = 0; memory.rowsBySession.size < 2; tries++) {
    assert.ok(tries < 1000, 'the file was not opened again');
    await scan();
  }
  assert.deepEqual([...memory.rowsBySession.keys()], ['s0', 's1']);
  assert.equal(memory.file(path)?.offset, (await stat(path)).size);
  stop.abort();
  await running;
  await lane.files.held.closeAll();
});
