import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { doors, implementations, layers } from './layers.ts';
import { type Source, sources } from './sources.ts';

const fileLinesMax = 400;
const functionLinesMax = 70;
const all = sources();

function folder(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

function implementation(path: string): string | undefined {
  return implementations.find((name) => path.startsWith(`${name}/`));
}

test('the architecture test sees the sources', () => {
  assert.ok(all.length > 60, `only ${all.length} files were found under src`);
  assert.ok(all.some((source) => source.imports.length > 3 && source.packages.length > 0));
});

test('every folder of src stands in the table of layers, and the table in the architecture page', () => {
  const page = readFileSync(new URL('../../src/README.md', import.meta.url), 'utf8');
  for (const source of all) {
    const name = folder(source.path);
    if (name !== '' && name !== 'cli') assert.ok(name in layers, `src/${source.path}: no layer "${name}"`);
  }
  const rows = new Map(
    page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map((cells) => [cells[1]?.replaceAll('`', ''), cells.at(-2) ?? ''] as const),
  );
  for (const [name, allowed] of Object.entries(layers)) {
    const row = rows.get(name);
    assert.ok(row !== undefined, `src/README.md has no row for ${name}`);
    const written = [...row.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]);
    assert.deepEqual(written.toSorted(), [...allowed].toSorted(), `src/README.md, row ${name}`);
  }
});

test('imports run one way between layers', () => {
  const wrong = all.flatMap((source) => {
    const from = folder(source.path);
    if (from === '' || from === 'cli') return [];
    return source.imports
      .filter((target) => folder(target) !== from && !(layers[from] ?? []).includes(folder(target)))
      .map((target) => `src/${source.path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

test('the implementations of delivery are imported by the command line only, and not by each other', () => {
  const wrong = all.flatMap((source) =>
    source.imports
      .filter((target) => {
        const own = implementation(source.path);
        const other = implementation(target);
        if (other === undefined || other === own || folder(source.path) === 'cli') return false;
        return !(other === 'delivery/store' && own !== undefined);
      })
      .map((target) => `src/${source.path} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('no imports run in a circle', () => {
  const byPath = new Map(all.map((source) => [source.path, source]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (source: Source, trail: readonly string[]): void => {
    const before = trail.indexOf(source.path);
    if (before >= 0) circles.push([...trail.slice(before), source.path].join(' -> '));
    if (before >= 0 || done.has(source.path)) return;
    for (const target of source.imports) {
      const next = byPath.get(target);
      if (next !== undefined) visit(next, [...trail, source.path]);
    }
    done.add(source.path);
  };
  for (const source of all) visit(source, []);
  assert.deepEqual(circles, []);
});

test('each third-party package has one door', () => {
  const wrong = all.flatMap((source) =>
    source.packages
      .filter((name) => !name.startsWith('node:') || name in doors)
      .filter(
        (name) =>
          !(doors[name] ?? []).some(
            (door) => source.path === door || (door.endsWith('/') && source.path.startsWith(door)),
          ),
      )
      .map((name) => `src/${source.path} imports ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('every dependency has a door, and every door a dependency', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    dependencies: object;
  };
  const packages = Object.keys(doors).filter((name) => !name.startsWith('node:'));
  assert.deepEqual(packages.toSorted(), Object.keys(manifest.dependencies).toSorted());
});

test('files are small', () => {
  const long = all
    .filter((source) => source.lines > fileLinesMax)
    .map((source) => `src/${source.path}: ${source.lines} lines`);
  assert.deepEqual(long, [], `at most ${fileLinesMax} lines a file: split it by subject`);
});

test('functions are small', () => {
  const starts =
    /^(\s*)(?:export )?(?:default )?(?:static )?(?:async )?(?:function\b|(?:private |protected |readonly |override )*(?:get |set |\*)?#?[a-zA-Z]\w*(?:<[^>]*>)?\([^;]*\{$|const \w+ = (?:async )?\(.*=> \{$)/;
  let seen = 0;
  const long: string[] = [];
  for (const source of all) {
    const lines = source.text.split('\n');
    for (const [index, line] of lines.entries()) {
      const match = starts.exec(line);
      if (match === null || /^\s*(?:if|for|while|switch|return|catch|describe|test)\b/.test(line)) continue;
      // The formatter puts a function's closing brace at its own indentation.
      const end = lines.findIndex((other, at) => at > index && other.startsWith(`${match[1]}}`));
      if (end < 0) continue;
      seen++;
      if (end - index + 1 > functionLinesMax) long.push(`src/${source.path}:${index + 1}: ${end - index + 1} lines`);
    }
  }
  assert.ok(seen > 100, `only ${seen} functions were seen`);
  assert.deepEqual(long, [], `at most ${functionLinesMax} lines a function`);
});
