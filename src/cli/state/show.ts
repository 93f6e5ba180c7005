/** `straggler state show`. Reads only: beside a running agent, `run` or collector. */
import { visibleText } from '../../runtime/visible-text.ts';
import { refuseDamage } from '../../delivery/store/copy-state.ts';
import { folderText } from './folder-text.ts';
import { folderView } from './folder-view.ts';
import { lookAtFolder } from './folder.ts';
import { stateTarget } from './target.ts';

type Options = Readonly<Record<string, unknown>>;

export async function showStateCommand(options: Options): Promise<number> {
  const target = stateTarget(options);
  if (target.kind === 'topic') throw new Error('not yet');
  await using copy = await lookAtFolder(target.directory);
  refuseDamage(copy);
  const view = folderView(copy);
  if (options['format'] === 'json') process.stdout.write(`${visibleText(JSON.stringify(view))}\n`);
  else process.stdout.write(folderText(view, options['files'] === true));
  return 0;
}
