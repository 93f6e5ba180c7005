import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Collector } from '../../../src/collector/collector.ts';
import { InventoryReload } from '../../../src/collector/inventory-reload.ts';
import { KnownClientsBook } from '../../../src/collector/known-clients.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { until } from '../../processes/until.ts';
import { collectorSettings, noon, sightingOf, TestClock } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'straggler-inventory-'));
after(() => rmSync(folder, { recursive: true }));
const header = 'cidr,label,owner,contact,expires,state,note\n';

function collectorWithOne(): { clock: TestClock; known: KnownClientsBook; collector: Collector } {
  const clock = new TestClock();
  const settings = collectorSettings();
  const known = new KnownClientsBook(settings, clock, true);
  const collector = new Collector({ settings, clock, known, brokered: false, onFirstSeen: () => {} });
  collector.commit([{ sighting: sightingOf('10.1.2.3'), firstSeenLive: false }]);
  return { clock, known, collector };
}

test('a change of the file reclassifies, a broken file changes nothing and is shown, the mended one counts again', async () => {
  const path = join(folder, 'known-clients.csv');
  writeFileSync(path, header);
  const { clock, known, collector } = collectorWithOne();
  const onChange = (): void => collector.reclassify();
  await using _reload = await InventoryReload.start({
    path,
    known,
    onChange,
    clock,
    logger: silentLogger,
    everyMs: 20,
  });
  const statusOf = () => collector.client('10.1.2.3')?.status;
  assert.equal(statusOf(), 'unknown');
  writeFileSync(path, `${header}10.1.2.3,Scanner,,,,known,\n`);
  await until('the entry is in force', () => statusOf() === 'known');
  assert.equal(collector.client('10.1.2.3')?.label, 'Scanner');
  writeFileSync(path, `${header}10.1.2.3,Scanner,,,,acknowledged,\n10.1.2.999,,,,,known,\n`);
  await until('the failure is shown', () => collector.inventory()?.lastReloadSuccessful === false);
  assert.equal(statusOf(), 'known');
  rmSync(path);
  writeFileSync(path, `${header}10.1.2.0/24,,,,,acknowledged,\n`);
  await until('the mended file is in force', () => statusOf() === 'acknowledged');
  assert.equal(collector.inventory()?.lastReloadSuccessful, true);
});

test('an entry that expires makes its clients unknown without any change of the file', async () => {
  const path = join(folder, 'expiring.csv');
  writeFileSync(path, `${header}10.1.2.3,Scanner,,,2026-11-20,known,\n`);
  const { clock, known, collector } = collectorWithOne();
  const onChange = (): void => collector.reclassify();
  await using _reload = await InventoryReload.start({
    path,
    known,
    onChange,
    clock,
    logger: silentLogger,
    everyMs: 20,
  });
  assert.equal(collector.client('10.1.2.3')?.status, 'known');
  clock.ms = noon + 86_400_000;
  await until('it has expired', () => collector.client('10.1.2.3')?.status === 'unknown');
  assert.equal(collector.inventory()?.entries.expired, 1);
});

test('a file that cannot be used stops the start with its sentence', async () => {
  const { clock, known } = collectorWithOne();
  const path = join(folder, 'absent.csv');
  const start = InventoryReload.start({ path, known, onChange: () => {}, clock, logger: silentLogger });
  await assert.rejects(start, /absent\.csv does not exist/);
});
