import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Following, header, rows, sessions } from './following.ts';

test('what is there is read, what comes is read, and a restart reads on', async () => {
  await using following = await Following.create();
  await following.write('POP32026112010-1.LOG', header + rows(0, 100));
  const agent = await following.start();
  await agent.firstScanDelivered;
  assert.deepEqual(following.sessions, sessions(0, 100));
  await following.append('POP32026112010-1.LOG', rows(100, 10));
  await following.scan();
  assert.deepEqual(following.sessions, sessions(0, 110));
  await following.stop();
  await following.append('POP32026112010-1.LOG', rows(110, 10));
  await following.write('POP32026112011-1.LOG', header + rows(120, 10));
  await (
    await following.start()
  ).firstScanDelivered;
  assert.deepEqual(following.sessions.toSorted(), sessions(0, 130).toSorted());
});
