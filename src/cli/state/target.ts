import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../config/schema.ts';
import { UserError } from '../../runtime/errors.ts';
import { settingsFrom } from '../settings-from.ts';
import { stateDirectoryOf } from '../state-directory.ts';

type Options = Readonly<Record<string, unknown>>;

/** Whose state is meant: that of a folder (`run`, an agent), or that of the collectors, which lives in Kafka. */
export type StateTarget =
  | { readonly kind: 'folder'; readonly directory: string; readonly settings: Settings }
  | { readonly kind: 'topic'; readonly settings: Settings };

/**
 * Typed flags decide: `--brokers` or `--kafka` mean the topic, all else a folder. The configuration does not: that of an
 * agent names brokers too.
 */
export function stateTarget(options: Options): StateTarget {
  const isTopic = options['kafka'] === true || options['brokers'] !== undefined;
  if (isTopic && options['state'] !== undefined) {
    throw new UserError('--state names a folder, and --brokers the state topic of the collectors.', {
      remedy: 'Give one of the two.',
    });
  }
  const { settings } = settingsFrom(options);
  return isTopic ? { kind: 'topic', settings } : { kind: 'folder', directory: stateFolder(settings), settings };
}

/** As set, else the one of the two folders of this platform that is there. */
export function stateFolder(settings: Settings): string {
  if (settings.stateDirectory !== undefined) return settings.stateDirectory;
  const usual = [stateDirectoryOf(settings, 'run'), stateDirectoryOf(settings, 'agent')];
  const [found, other] = usual.filter((directory) => existsSync(join(directory, 'straggler.db')));
  if (found !== undefined && other === undefined) return found;
  if (found === undefined) {
    throw new UserError(`There is no state in ${usual.join(' or ')}.`, {
      remedy: 'Name its folder with --state, or the brokers of the collectors with --brokers.',
    });
  }
  throw new UserError(`There are two states, in ${found} and in ${other}.`, {
    remedy: 'Name one of the two folders with --state.',
  });
}
