import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Source {
  /** Path below src, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Paths below src that it imports. */
  readonly imports: readonly string[];
  /** Packages and `node:` modules that it imports. */
  readonly packages: readonly string[];
}

const root = fileURLToPath(new URL('../../src/', import.meta.url));
const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

export function sources(): Source[] {
  return globSync(['**/*.ts', '**/*.js'], { cwd: root }).map((name) => {
    const path = name.split(sep).join('/');
    const text = readFileSync(join(root, name), 'utf8');
    const specifiers = [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
    return {
      path,
      text,
      lines: text.split('\n').length,
      imports: specifiers
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) =>
          relative(root, join(root, dirname(name), specifier))
            .split(sep)
            .join('/'),
        ),
      packages: specifiers.filter((specifier) => !specifier.startsWith('.')).map(packageName),
    };
  });
}
