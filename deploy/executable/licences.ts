import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What the licences of others ask for: their texts, one after the other, by the folders of their packages. */
export function licences(project: string, packages: readonly string[]): string {
  const texts = packages.flatMap((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(project, folder, 'package.json'), 'utf8')) as {
      readonly name?: string;
      readonly version?: string;
      readonly license?: string;
    };
    const files = globSync('{LICEN[SC]E,licen[sc]e,COPYING,NOTICE}*', { cwd: join(project, folder) }).toSorted();
    const paragraphs = files.map((file) => `${readFileSync(join(project, folder, file), 'utf8').trim()}\n`);
    return [`==== ${name ?? basename(folder)} ${version ?? ''} (${license ?? 'see below'})\n`, ...paragraphs];
  });
  return texts.join('\n');
}
