/** Node for another system: fetched from npm, and no other than the lock file of this project names. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface NodeProgram {
  readonly version: string;
  readonly program: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string } | undefined>>;
}

interface Packed {
  readonly filename: string;
  readonly integrity: string;
}

/** `target` is as in the names of npm's packages: `win-x64`, `linux-x64`, `linux-arm64`. */
export function nodeProgram(project: string, target: string): NodeProgram {
  const name = `node-${target}`;
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as Lock;
  const locked = packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`${target} is no target: package-lock.json has no ${name}`);
  const { version, integrity } = locked;
  const inPackage = join('bin', target.startsWith('win-') ? 'node.exe' : 'node');
  const installed = join(project, 'node_modules', name, inPackage);
  if (existsSync(installed)) return { version, program: installed };
  const folder = join(project, '.cache', 'executable', `${name}-${version}`);
  const program = join(folder, 'package', inPackage);
  if (existsSync(program)) return { version, program };
  mkdirSync(folder, { recursive: true });
  const answer = execFileSync('npm', ['pack', '--json', `${name}@${version}`], { cwd: folder, encoding: 'utf8' });
  const [packed] = JSON.parse(answer) as Packed[];
  if (packed?.integrity !== integrity) throw new Error(`${name}@${version} is not the one of package-lock.json`);
  execFileSync('tar', ['-xzf', packed.filename], { cwd: folder });
  return { version, program };
}
