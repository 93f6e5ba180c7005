import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentTables } from '../../../../src/delivery/store/agent-tables.ts';
import { planRewind, type RewindRequest, rewindState } from '../../../../src/delivery/store/rewind.ts';
import type { AgentState, FileRecord, LaneRecord } from '../../../../src/delivery/records.ts';
import { UserError } from '../../../../src/runtime/errors.ts';
import { fileRecord, laneRecord } from '../kafka/agent-events.ts';
import { plainState, StateFolder } from './state-folder.ts';

function lane(id: string, server: string, protocol: LaneRecord['protocol']): LaneRecord {
  return { ...laneRecord(id), server, protocol, root: `/logs/${server}`, horizon: 5, bytesLost: 7, lostAt: 3 };
}

function file(id: string, of: string, offset: number, sizeSeen: number, finished = false): FileRecord {
  return { ...fileRecord(of, offset), id, path: `/logs/${id}`, sizeSeen, finished };
}

const state: AgentState = {
  agent: 'agent',
  lanes: [lane('a', 'EX01', 'pop3'), lane('b', 'EX01', 'imap4'), lane('c', 'EX02', 'pop3')],
  files: [
    file('read', 'a', 100, 100),
    file('gone-unread', 'a', 50, 80),
    file('gone-read', 'a', 80, 80),
    file('b1', 'b', 9, 9),
  ],
};
const all: RewindRequest = { lanes: [], servers: [], protocols: [], since: null };

function plan(request: Partial<RewindRequest>) {
  let made = 0;
  const isGone = ({ id }: FileRecord): boolean => id.startsWith('gone');
  return planRewind(state, { ...all, ...request }, { now: 1000, newId: () => `new-${++made}`, isGone });
}

test('lanes are chosen by id, server and protocol, of which each narrows', () => {
  const ids = (request: Partial<RewindRequest>): string[] => plan(request).map(({ before }) => before.id);
  assert.deepEqual(ids({}), ['a', 'b', 'c']);
  assert.deepEqual(ids({ servers: ['EX01'] }), ['a', 'b']);
  assert.deepEqual(ids({ servers: ['EX01'], protocols: ['pop3'] }), ['a']);
  assert.deepEqual(ids({ lanes: ['b', 'c'], servers: ['EX02'] }), ['c']);
  assert.deepEqual(ids({ servers: ['EX03'] }), []);
});

test('a rewound lane is a new one that reads back; what it has lost stays lost', () => {
  const [rewind] = plan({ lanes: ['a'], since: 600 });
  assert.deepEqual(rewind?.after, {
    ...lane('new-1', 'EX01', 'pop3'),
    horizon: 600,
    createdAt: 1000,
    readBackDone: false,
  });
  assert.deepEqual(
    [rewind.again.map(({ id }) => id), rewind.kept.map(({ id }) => id)],
    [['read', 'gone-read'], ['gone-unread']],
    'a file that went before it was read is still to be counted as lost',
  );
});

test('the state is changed as planned, and other lanes are not', async () => {
  using folder = new StateFolder();
  const before = await folder.open();
  new AgentTables(before).apply(state);
  before.database.close();
  await rewindState(folder.path, plainState, () => plan({ lanes: ['a'] }));
  const after = new AgentTables(await folder.open()).load();
  assert.deepEqual(
    after.lanes.map(({ id }) => id),
    ['b', 'c', 'new-1'],
  );
  assert.deepEqual(
    after.files.map(({ id, lane: of }) => [id, of]),
    [
      ['b1', 'b'],
      ['gone-unread', 'new-1'],
    ],
  );
});

test('nothing of a rewind stays when a part of it fails, and a state that is in use is not waited for', async () => {
  using folder = new StateFolder();
  const before = await folder.open();
  new AgentTables(before).apply(state);
  await assert.rejects(
    rewindState(folder.path, plainState, () => plan({})),
    (error) => error instanceof UserError && error.message.endsWith('is in use by another straggler.'),
  );
  before.database.close();
  const fail = (): never => {
    throw new UserError('no');
  };
  await assert.rejects(
    rewindState(folder.path, plainState, () => plan({}), fail),
    { message: 'no' },
  );
  const { lanes, files } = new AgentTables(await folder.open()).load();
  assert.deepEqual([lanes, files.length], [state.lanes, 4]);
});
