import { programLogger } from './logging.ts';
import { runAll } from './run-all.ts';
import { settingsFrom } from './settings-from.ts';
import { stateDirectoryOf } from './state-directory.ts';
import { untilStopped } from './until-stopped.ts';

export async function runCommand(
  paths: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { settings } = settingsFrom(options, paths);
  const logger = programLogger(settings.log);
  const stateDirectory = stateDirectoryOf(settings, 'run');
  const onServing = (url: string): void =>
    logger.info({ url, stateDirectory, paths: settings.agent.logs.map(({ path }) => path) }, `serving on ${url}`);
  return await untilStopped(options, (signal) => runAll({ settings, stateDirectory, logger, signal, onServing }));
}
