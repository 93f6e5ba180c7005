/**
 * `straggler demo`, which is `npm start`: simulated servers whose devices migrate, and `run` on their logs. It needs
 * nothing and leaves nothing behind, but for the logs where a folder was named for them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlagValue, loadSettings } from '../config/load.ts';
import type { Settings } from '../config/schema.ts';
import { systemClock } from '../runtime/clock.ts';
import { prepareSimulation } from '../simulator/simulation.ts';
import { storyInventoryCsv } from '../simulator/story-inventory.ts';
import { storyBalancers, storyServers } from '../simulator/story.ts';
import { programLogger } from './logging.ts';
import { positiveNumber } from './numbers.ts';
import { runAll } from './run-all.ts';
import { settingsOfFlags } from './setting-flags.ts';
import { untilStopped } from './until-stopped.ts';

const seed = 1;

/** Devices fall out of the headline while one watches: within minutes, not within a day. */
const headlineWindow = '2m';

function demoSettings(options: Readonly<Record<string, unknown>>, logs: string, inventory: string): Settings {
  const servers = Object.fromEntries(storyServers.map(({ name, role }) => [name, { role }]));
  const story: FlagValue[] = [
    { flag: 'the demo', path: ['servers'], value: servers },
    { flag: 'the demo', path: ['balancers'], value: storyBalancers },
    { flag: 'the demo', path: ['headline', 'window'], value: headlineWindow },
    { flag: 'the demo', path: ['inventory'], value: inventory },
    { flag: 'the demo', path: ['agent', 'logs'], value: [{ path: logs }] },
    { flag: 'the demo', path: ['log', 'level'], value: 'warn' },
  ];
  const configFile = options['config'];
  const named = typeof configFile === 'string' ? { configFile } : {};
  return loadSettings({ flags: [...story, ...settingsOfFlags(options)], ...named }).settings;
}

function tell(url: string): void {
  process.stderr.write(`
  Straggler demo: the mail server EX01 is to be switched off, and sixty devices move to EX02 within minutes.

    live page   ${url}/
    for a wall  ${url}/?wall
    metrics     ${url}/metrics
    API         ${url}/api/v1/summary

  Watch the headline: most move; a copier, a few stubborn ones and, after a minute, an unknown device stay.
  Ctrl+C ends it.

`);
}

export async function demoCommand(options: Readonly<Record<string, unknown>>): Promise<number> {
  const speed = positiveNumber('--speed', options['speed']);
  return await untilStopped(options, async (signal) => {
    const scratch = await mkdtemp(join(tmpdir(), 'straggler-demo-'));
    try {
      const directory = options['directory'];
      const logs = typeof directory === 'string' ? directory : join(scratch, 'logs');
      const inventory = join(scratch, 'known-clients.csv');
      await writeFile(inventory, storyInventoryCsv(systemClock.now()));
      const settings = demoSettings(options, logs, inventory);
      const simulation = prepareSimulation({ directory: logs, seed, speed, clock: systemClock });
      const logger = programLogger(settings.log);
      const ended = new AbortController();
      const writing = simulation.run(AbortSignal.any([signal, ended.signal]));
      try {
        const stateDirectory = join(scratch, 'state');
        await runAll({ settings, stateDirectory, logger, signal, onServing: tell });
      } finally {
        ended.abort();
        await writing;
      }
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}
