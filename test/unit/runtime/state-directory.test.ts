import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultStateDirectory } from '../../../src/runtime/state-directory.ts';
import type { Surroundings } from '../../../src/runtime/state-directory.ts';

const person: Surroundings = { platform: 'linux', environment: {}, home: '/home/ada', userId: 1000 };
const cases: readonly (readonly [what: string, surroundings: Surroundings, directory: string])[] = [
  ['a person', person, '/home/ada/.local/state/straggler'],
  ['a person who chose', { ...person, environment: { XDG_STATE_HOME: '/data/s' } }, '/data/s/straggler'],
  ['a relative choice', { ...person, environment: { XDG_STATE_HOME: 'data' } }, '/home/ada/.local/state/straggler'],
  ['root', { ...person, home: '/root', userId: 0 }, '/var/lib/straggler'],
  [
    'a service of systemd',
    { ...person, environment: { STATE_DIRECTORY: '/var/lib/one:/var/lib/two' } },
    '/var/lib/one',
  ],
  ['a person on macOS', { ...person, platform: 'darwin' }, '/home/ada/Library/Application Support/Straggler'],
  ['root on macOS', { ...person, platform: 'darwin', userId: 0 }, '/Library/Application Support/Straggler'],
  [
    'Windows',
    { ...person, platform: 'win32', environment: { ProgramData: 'D:\\Data' }, userId: null },
    'D:\\Data\\Straggler',
  ],
  ['Windows without its variable', { ...person, platform: 'win32', userId: null }, 'C:\\ProgramData\\Straggler'],
];

for (const [what, surroundings, directory] of cases) {
  test(`the state of ${what} lives in ${directory}`, () => {
    assert.equal(defaultStateDirectory(surroundings), directory);
  });
}
