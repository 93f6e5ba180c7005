#!/usr/bin/env node
// Plain JavaScript that any Node since 18 can read: the program itself is TypeScript, which Node runs directly from
// 24.12 on. On an older Node it runs itself again under the one that npm put into node_modules, or says what to install.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
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

if (isNewEnough(process.versions.node)) {
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
