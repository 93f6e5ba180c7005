/**
 * `npm run build:exe [-- TARGET...]`: the program and Node in one file, to be copied to where neither Node nor npm
 * is. Without a TARGET (`win-x64`, `linux-x64`, `linux-arm64`) it makes dist/straggler.exe and, on Linux, dist/straggler.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeExecutables } from './make-executables.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const given = process.argv.slice(2);
const own = process.platform === 'linux' ? [`linux-${process.arch}`] : [];
for (const path of await makeExecutables(given.length > 0 ? given : ['win-x64', ...own], dist)) console.log(path);
console.log(join(dist, 'LICENCES.txt'));
