/** Style, script and icon of the page: read once, named after their content, so that they may be cached for ever. */
import { createHash } from 'node:crypto';
import { baseStyle, icon } from '../../markup/shared-assets.ts';
import { Problem } from '../../http/problem.ts';
import { quoted } from '../../http/query.ts';
import type { Route } from '../../http/route.ts';
import { readProgramFile } from '../../runtime/program-file.ts';

const types = {
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

type AssetName = keyof typeof types;

export interface Assets {
  /** Path to put into the page. */
  path(name: AssetName): string;
  readonly route: Route;
}

function contentOf(name: AssetName): Buffer {
  if (name === 'icon.svg') return icon;
  const own = readProgramFile(new URL(`assets/${name}`, import.meta.url));
  return name === 'page.css' ? Buffer.concat([Buffer.from(baseStyle), own]) : own;
}

export function loadAssets(): Assets {
  const paths = new Map<AssetName, string>();
  const byTag = new Map<string, { type: string; content: Buffer }>();
  for (const [name, type] of Object.entries(types) as [AssetName, string][]) {
    const content = contentOf(name);
    const tag = createHash('sha256').update(content).digest('hex').slice(0, 12);
    paths.set(name, `/assets/${tag}/${name}`);
    byTag.set(`${tag}/${name}`, { type, content });
  }
  return {
    path: (name) => paths.get(name) ?? '',
    route: {
      path: '/assets/:tag/:name',
      parameters: [],
      answer({ path }) {
        const asset = byTag.get(`${path['tag']}/${path['name']}`);
        if (asset === undefined)
          throw new Problem(404, `There is no ${quoted(path['name'] ?? '')} of this version; load the page again.`);
        return {
          type: asset.type,
          headers: { 'Cache-Control': 'public, max-age=31536000, immutable' },
          body: asset.content,
        };
      },
    },
  };
}
