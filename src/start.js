#!/usr/bin/env node
// Plain JavaScript that any Node since 18 can read: the program itself is TypeScript, which Node runs directly from
// 24.12 on. On an older Node it runs itself again under the one that npm put into node_modules, or says what to install.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = [24, 12];

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

/** The Node 24 that npm installed for this platform (an optional dependency), or null. */
function installedNode() {
  const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    const program = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(program) ? program : null;
  } catch {
    return null;
  }
}

/**
 * Lets Node keep what it makes of the sources (types stripped, compiled): the next start takes half the time, and 30 MiB
 * less for the compiler that is not loaded. What lies there is run, so it is no folder that anybody else can write to;
 * where this program cannot write to it either, nothing is kept. Threads learn of it by the environment.
 */
function keepCompiled() {
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/straggler', import.meta.url));
  module.enableCompileCache();
}

if (isNewEnough(process.versions.node)) {
  keepCompiled();
  const { main } = await import('./cli/main.ts');
  await main(process.argv.slice(2));
} else {
  const node = installedNode();
  if (node === null) {
    process.stderr.write(
      `straggler: this is Node ${process.versions.node}, and Node ${needed.join('.')} or newer is needed: install it, or run "npm ci" in the program's folder, which brings one along.\n`,
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl+C reaches the child by itself on a terminal; a service manager signals only this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => {
    process.exit(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1));
  });
}
