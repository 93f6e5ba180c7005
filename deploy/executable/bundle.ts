/** The program as one file of CommonJS, and beside it the files that it reads, its threads among them. */
import { globSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';

export interface Bundle {
  readonly program: Uint8Array;
  /** By the path that the sources know them by: `/src/…`, `/package.json`. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  /** Folders below node_modules whose code is in the bundle. */
  readonly packages: readonly string[];
}

/** `import.meta.url` does not exist in CommonJS. Each source gets its own, for src/runtime/program-file.ts. */
function ownUrls(project: string): Plugin {
  return {
    name: 'own URLs',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const name = relative(project, path).split(sep).join('/');
        if (!name.startsWith('src/')) return undefined;
        const url = JSON.stringify(`straggler:/${name}`);
        return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

export async function bundle(project: string): Promise<Bundle> {
  const options = {
    absWorkingDir: project,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    write: false,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [ownUrls(project)],
  } satisfies BuildOptions;
  const packages = new Set<string>();
  const bundled = async (entry: string): Promise<Uint8Array> => {
    const { outputFiles, metafile } = await build({ ...options, entryPoints: [entry] });
    for (const input of Object.keys(metafile.inputs)) {
      const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
      if (found !== undefined) packages.add(found);
    }
    const [output] = outputFiles;
    if (output === undefined) throw new Error(`${entry} gave no output`);
    return output.contents;
  };
  const assets = new Map<string, Uint8Array>();
  const program = await bundled('deploy/executable/executable-entry.ts');
  for (const name of globSync('src/**/*-worker.ts', { cwd: project })) assets.set(`/${name}`, await bundled(name));
  for (const name of ['package.json', ...globSync('src/**/assets/*', { cwd: project })]) {
    assets.set(`/${name}`, readFileSync(join(project, name)));
  }
  return { program, assets, packages: [...packages].toSorted() };
}
