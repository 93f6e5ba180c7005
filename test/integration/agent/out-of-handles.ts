/** Run as a process of its own, with few file handles: takes all of them, scans, gives them back, scans again. */
import { closeSync, openSync } from 'node:fs';
import { Following, header, rows, until } from './following.ts';

await using following = await Following.create();
for (let number = 0; number < 10; number++) {
  await following.write(`POP320261120${10 + number}-1.LOG`, header + rows(number * 10, 5));
}
const agent = await following.start({ logs: [{ path: following.top, watch: false, scanEveryMs: 5 }] });
await following.scan();
const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  // None are left.
}
const isTroubled = (): boolean => {
  const error = agent.status().paths[0]?.error ?? following.reports.at(-1)?.lanes[0]?.scanError ?? null;
  if (error !== null) process.stdout.write(`out of handles: ${error}\n`);
  return error !== null;
};
await until(isTroubled, 'nothing was said of it');
for (const descriptor of taken) closeSync(descriptor);
for (let number = 0; number < 10; number++) {
  await following.append(`POP320261120${10 + number}-1.LOG`, rows(number * 10 + 5, 5));
}
await following.scan();
await until(() => following.sessions.length === 100, 'not everything was read');
process.stdout.write(`read ${following.sessions.length} rows\n`);
