/** Images of our own making in place of those that the tests name, for an engine that can pull none. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaJars, kafkaVersion } from '../broker/kafka-jars.ts';
import { findProgram } from '../find-program.ts';
import { docker, run } from './docker-command.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(project, '.cache', 'docker');
const sources = fileURLToPath(new URL('./stand-ins/', import.meta.url));

/** Changes with what is in it, so that an older one is not taken for it. */
const debian = join(cache, 'debian-12-2.tar');
const authorities = '/etc/ssl/certs/ca-certificates.crt';

export const kafkaStandIn = `apache/kafka:${kafkaVersion}`;
export const nodeStandIn = 'straggler-test/node';

/** A Debian without documentation, as the slim images are; made once. */
function importDebian(): void {
  if (!existsSync(debian)) {
    console.log('# Docker: a small Debian 12 is made in .cache/docker, once (about half a minute, 100 MB)');
    mkdirSync(cache, { recursive: true });
    const without = ['doc', 'man', 'locale'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
    const include = '--include=netcat-openbsd,libstdc++6,libatomic1';
    run('mmdebstrap', ['--variant=essential', ...without, include, 'bookworm', `${debian}.partial.tar`]);
    renameSync(`${debian}.partial.tar`, debian);
  }
  docker('import', debian, 'straggler-test/debian');
}

/** Builds an image from a folder that `fill` puts together. */
function build(name: string, image: string, fill: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'straggler-image-'));
  try {
    fill(folder);
    docker('build', '--quiet', '--network=host', '--tag', image, '--file', join(sources, `${name}.Dockerfile`), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function buildStandIns(): Promise<void> {
  importDebian();
  const jars = await kafkaJars();
  build('kafka', kafkaStandIn, (folder) => {
    const modules = 'java.se,jdk.crypto.ec,jdk.management.agent,jdk.naming.dns,jdk.unsupported,jdk.zipfs';
    run('jlink', ['--output', join(folder, 'runtime'), '--add-modules', modules, '--strip-debug', '--no-header-files']);
    cpSync(realpathSync(jars), join(folder, 'jars'), { recursive: true });
    cpSync(join(sources, 'kafka-start.sh'), join(folder, 'kafka-start.sh'));
  });
  build('node', nodeStandIn, (folder) => {
    cpSync(process.execPath, join(folder, 'node'));
    const npm = findProgram('npm');
    if (npm === null) throw new Error('no npm on the path');
    // It is a link to npm/bin/npm-cli.js.
    cpSync(dirname(dirname(realpathSync(npm))), join(folder, 'npm'), { recursive: true });
    cpSync(authorities, join(folder, 'authorities.pem'), { dereference: true });
  });
}
