/** `straggler state show`. Reads only: beside a running agent, `run` or collector. */
import type { Writable } from 'node:stream';
import { visibleText } from '../../runtime/visible-text.ts';
import { refuseDamage } from '../../delivery/store/copy-state.ts';
import { folderText } from './folder-text.ts';
import { type FolderView, folderView } from './folder-view.ts';
import { lookAtFolder } from './folder.ts';
import { stateTarget } from './target.ts';
import { readTopic } from './read-topic.ts';
import { topicText } from './topic-text.ts';
import { type TopicView, topicView } from './topic-view.ts';
import { runUntilStopped } from '../../runtime/lifecycle.ts';

type Options = Readonly<Record<string, unknown>>;

export async function showStateCommand(options: Options, output: Writable = process.stdout): Promise<number> {
  const target = stateTarget(options);
  const print = (view: FolderView | TopicView, text: () => string): void => {
    output.write(options['format'] === 'json' ? `${visibleText(JSON.stringify(view))}\n` : text());
  };
  return await runUntilStopped(async (signal) => {
    if (target.kind === 'topic') {
      const { contents, look } = await readTopic(target.settings, signal);
      const view = topicView(target.settings, contents, look);
      print(view, () => topicText(view));
      return 0;
    }
    await using copy = await lookAtFolder(target.directory);
    refuseDamage(copy);
    const view = folderView(copy);
    print(view, () => folderText(view, options['files'] === true));
    return 0;
  });
}
