/**
 * `node test/docker/build.ts [--stand-ins]`: builds the program's image by its Dockerfile, from images of our own
 * making where it is told so. Packages come from the registry that npm is set to here, whose name is passed on and
 * written nowhere.
 */
import { fileURLToPath } from 'node:url';
import { run } from './docker-command.ts';
import { buildStandIns, nodeStandIn } from './stand-ins.ts';
import { image, revision } from './tested-image.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));

const options = ['--tag', image, '--build-arg', `REVISION=${revision}`];
if (process.argv.includes('--stand-ins')) {
  await buildStandIns();
  // The engine gives builds no network but this machine's.
  options.push('--network=host', '--build-arg', `NODE_IMAGE=${nodeStandIn}`);
}
// Without a value: it is taken from the environment, and stands in no list of processes and no message.
options.push('--build-arg', 'NPM_CONFIG_REGISTRY');
const registry = run('npm', ['config', 'get', 'registry']);
run('docker', ['build', '--quiet', ...options, project], { NPM_CONFIG_REGISTRY: registry });
