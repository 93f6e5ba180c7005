/** Single executable applications of Node: the program's bundle, put into a copy of Node itself. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'postject';
import { bundle, type Bundle } from './bundle.ts';
import { licences } from './licences.ts';
import { nodeProgram } from './node-program.ts';
import { unsigned } from './unsigned.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** Names and mark by which Node finds what was added to it, from its documentation of single executable applications. */
const resource = 'NODE_SEA_BLOB';
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The program and its files as Node wants them. The same on every system: nothing in it is compiled. */
function makeBlob({ program, assets }: Bundle, folder: string): Buffer {
  const main = join(folder, 'straggler.cjs');
  const output = join(folder, 'blob');
  writeFileSync(main, program);
  const files = [...assets].map(([name, content], index) => {
    const path = join(folder, `asset-${index}`);
    writeFileSync(path, content);
    return [name, path];
  });
  const settings = join(folder, 'sea.json');
  writeFileSync(
    settings,
    JSON.stringify({
      main,
      output,
      assets: Object.fromEntries(files) as unknown,
      disableExperimentalSEAWarning: true,
      useSnapshot: false,
      useCodeCache: false,
    }),
  );
  execFileSync(process.execPath, ['--experimental-sea-config', settings], { stdio: ['ignore', 'ignore', 'inherit'] });
  return readFileSync(output);
}

async function makeExecutable(target: string, blob: Buffer, folder: string): Promise<string> {
  const node = nodeProgram(project, target);
  if (process.version !== `v${node.version}`) {
    throw new Error(`Node ${node.version} must make it, not ${process.version}: run "npm run build:exe"`);
  }
  const isWindows = target.startsWith('win-');
  const isDefault = isWindows || target === `linux-${process.arch}`;
  const path = join(folder, isWindows ? 'straggler.exe' : isDefault ? 'straggler' : `straggler-${target}`);
  const partial = `${path}.partial`;
  const program = readFileSync(node.program);
  writeFileSync(partial, isWindows ? unsigned(program) : program);
  await inject(partial, resource, blob, { sentinelFuse });
  chmodSync(partial, 0o755);
  renameSync(partial, path);
  return path;
}

/**
 * Makes an executable for each target in a folder; answers their paths. The licences of all that is in them are
 * written beside them. Scratch files go to the system's folder for temporary files.
 */
export async function makeExecutables(targets: readonly string[], folder: string): Promise<string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'straggler-build-'));
  try {
    mkdirSync(folder, { recursive: true });
    const made = await bundle(project);
    const blob = makeBlob(made, scratch);
    const texts = licences(project, [...made.packages, `node_modules/node-${process.platform}-${process.arch}`]);
    writeFileSync(join(folder, 'LICENCES.txt'), texts);
    const paths = [];
    for (const target of targets) paths.push(await makeExecutable(target, blob, folder));
    return paths;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
