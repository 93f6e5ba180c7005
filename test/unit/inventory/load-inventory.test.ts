import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { loadInventory } from '../../../src/inventory/load-inventory.ts';
import { UserError } from '../../../src/runtime/errors.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'straggler-inventory-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function fileWith(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'known-clients.csv');
  await writeFile(path, content);
  return path;
}

async function refusal(path: string): Promise<UserError> {
  const error: unknown = await loadInventory(path).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError);
  return error;
}

test('an inventory is read from a file', async () => {
  const inventory = await loadInventory(await fileWith('cidr,label\n10.1.2.3,Zürich\n'));
  assert.equal(inventory.find('10.1.2.3')?.label, 'Zürich');
});

test('UTF-16 with its mark, as PowerShell writes it, is read', async () => {
  const text = '\uFEFFcidr,label\r\n10.1.2.3,Zürich\r\n';
  const inventory = await loadInventory(await fileWith(Buffer.from(text, 'utf16le')));
  assert.equal(inventory.find('10.1.2.3')?.label, 'Zürich');
});

test('a missing file is named', async () => {
  const path = join(folder, 'nowhere.csv');
  const error = await refusal(path);
  assert.equal(error.message, `The inventory ${path} does not exist.`);
  assert.match(error.remedy ?? '', /cidr,label,owner,contact,expires,state,note/);
});

test('a folder is no inventory', async () => {
  assert.equal((await refusal(folder)).message, `The inventory ${folder} is a folder, not a file.`);
});

test('a file in another encoding is refused', async () => {
  const path = await fileWith(Buffer.from('cidr,label\n10.1.2.3,Zürich\n', 'latin1'));
  const error = await refusal(path);
  assert.equal(error.message, `The inventory ${path} is not UTF-8 text.`);
  assert.equal(error.remedy, 'Save it as UTF-8.');
});

test('all problems of a file stand in one message, with their lines', async () => {
  const path = await fileWith('cidr,label\nprinter7,Printer\n10.1.2.3,ok\n10.1.2.7/24,Net\n');
  const error = await refusal(path);
  assert.deepEqual(error.message.split('\n'), [
    `The inventory ${path} cannot be used:`,
    '  line 2: "printer7" is no address, CIDR or range: write 10.1.2.3, 10.1.2.0/24, 2001:db8::/32 or 10.1.2.10-10.1.2.20',
    '  line 4: "10.1.2.7/24" is no network: did you mean 10.1.2.0/24?',
  ]);
  assert.equal(error.remedy, 'Correct these lines; until then no line of the file is used.');
});

test('of very many problems the first twenty are shown, and how many more there are', async () => {
  const lines = Array.from({ length: 50 }, (_, index) => `printer${index},x`);
  const message = (await refusal(await fileWith(['cidr,label', ...lines].join('\n')))).message.split('\n');
  assert.equal(message.length, 22);
  assert.equal(message.at(-1), '  and 30 more');
});
