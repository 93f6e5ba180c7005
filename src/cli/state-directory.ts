import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../config/schema.ts';
import { defaultStateDirectory } from '../runtime/state-directory.ts';

/**
 * Where a command keeps its state: as set, else a folder of its own within the platform's, because the state of `run`
 * and that of an agent are of two kinds.
 */
export function stateDirectoryOf(settings: Settings, command: 'run' | 'agent'): string {
  if (settings.stateDirectory !== undefined) return settings.stateDirectory;
  const { platform, env: environment } = process;
  const userId = process.getuid?.() ?? null;
  return join(defaultStateDirectory({ platform, environment, home: homedir(), userId }), command);
}
