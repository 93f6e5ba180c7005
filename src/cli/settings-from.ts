import { type FlagValue, type LoadedSettings, loadSettings } from '../config/load.ts';
import { settingsOfFlags } from './setting-flags.ts';
import type { ServerAssignment } from './server-flag.ts';

function assignmentsOf(options: Readonly<Record<string, unknown>>): readonly ServerAssignment[] {
  return (options['server'] as readonly ServerAssignment[] | undefined) ?? [];
}

/** The settings in force for a command: `paths` and `--server` become `agent.logs`, in front of nothing else. */
export function settingsFrom(
  options: Readonly<Record<string, unknown>>,
  paths: readonly string[] = [],
): LoadedSettings {
  const flags: FlagValue[] = settingsOfFlags(options);
  const assignments = assignmentsOf(options);
  if (paths.length > 0 || assignments.length > 0) {
    const logs = [
      ...assignments.map(({ name, path }) => ({ path, server: name })),
      ...paths.filter((path) => !assignments.some((other) => other.path === path)).map((path) => ({ path })),
    ];
    flags.push({ flag: paths.length > 0 ? 'PATH' : '--server', path: ['agent', 'logs'], value: logs });
  }
  const configFile = options['config'];
  return loadSettings({ flags, ...(typeof configFile === 'string' ? { configFile } : {}) });
}
