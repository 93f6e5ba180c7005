import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogLane } from '../../../contract/log-lane.ts';
import { AgentTables } from '../../../../src/delivery/store/agent-tables.ts';
import { transaction } from '../../../../src/delivery/store/transaction.ts';
import { StateFolder } from './state-folder.ts';

const [lane, other] = [new LogLane('ex01'), new LogLane('ex02')];

test('records are loaded as they were put', async () => {
  using folder = new StateFolder();
  const state = await folder.open();
  const tables = new AgentTables(state);
  const far = { ...other.file(3), offset: 2 ** 40, locator: null, path: String.raw`\\EX01\C$\Ünï\POP3.LOG` };
  tables.apply({ lanes: [lane.record, other.record], files: [lane.file(0), far] });
  tables.putFile(lane.file(1));
  assert.deepEqual(tables.load(), {
    agent: state.id,
    lanes: [lane.record, other.record],
    files: [lane.file(1), far],
  });
  tables.apply({ forgottenFiles: [far.id, 'never known'] });
  assert.deepEqual(tables.load().files, [lane.file(1)]);
});

test('a transaction that fails changes nothing', async () => {
  using folder = new StateFolder();
  const state = await folder.open();
  const tables = new AgentTables(state);
  tables.putFile(lane.file(1));
  const work = (): void => {
    tables.putFile(lane.file(2));
    throw new Error('no');
  };
  assert.throws(() => transaction(state.database, work), /no/);
  assert.deepEqual(tables.load().files, [lane.file(1)]);
});

for (const change of [`record = replace(record, ':1000', ':9000')`, `id = 'another'`, 'checksum = checksum + 1']) {
  test(`a row that is not what was written is refused (${change})`, async () => {
    using folder = new StateFolder();
    const state = await folder.open();
    const tables = new AgentTables(state);
    tables.putFile(lane.file(1));
    state.database.exec(`UPDATE files SET ${change}`);
    assert.throws(() => tables.load(), {
      name: 'UserError',
      message: `The state in ${folder.path} is damaged: a record in its table files is not what was written.`,
    });
  });
}
