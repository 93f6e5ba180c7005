import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const top = new URL('../../../', import.meta.url);

interface Instruction {
  readonly word: string;
  readonly rest: string;
}

const instructions: readonly Instruction[] = readFileSync(new URL('Dockerfile', top), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    return { word, rest: rest.join(' ') };
  });

function all(word: string): string[] {
  return instructions.filter((instruction) => instruction.word === word).map(({ rest }) => rest);
}

/** Instructions after the last FROM: what the image is. */
const image = instructions.slice(instructions.findLastIndex(({ word }) => word === 'FROM'));

function only(word: string): string {
  const found = image.filter((instruction) => instruction.word === word).map(({ rest }) => rest);
  assert.equal(found.length, 1, word);
  return found[0] ?? '';
}

const ignored = readFileSync(new URL('.dockerignore', top), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

test('every stage has the base image of the build argument', () => {
  assert.match(all('ARG')[0] ?? '', /^NODE_IMAGE=node:24-/);
  assert.deepEqual(all('FROM'), ['${NODE_IMAGE} AS dependencies', '${NODE_IMAGE}']);
});

test('only production dependencies go in, from the lock file', () => {
  const installs = all('RUN').filter((rest) => rest.includes('npm'));
  assert.deepEqual(installs, ['npm ci --omit=dev --omit=optional']);
});

test('what is copied exists and is not ignored, and what is not copied is ignored', () => {
  const copied = all('COPY')
    .filter((rest) => !rest.startsWith('--from'))
    .flatMap((rest) => rest.split(' ').slice(0, -1));
  for (const path of copied) assert.ok(existsSync(new URL(path, top)), `there is no ${path}`);
  const wanted = ['*', ...new Set(copied.map((path) => `!${path}`))];
  assert.deepEqual(ignored.toSorted(), wanted.toSorted());
});

test('it runs the program, not as root, and stops on SIGTERM', () => {
  assert.deepEqual(JSON.parse(only('ENTRYPOINT')), ['node', '/app/src/start.js']);
  assert.equal(only('WORKDIR'), '/app');
  assert.match(only('USER'), /^[1-9]\d*:[1-9]\d*$/);
  assert.equal(only('STOPSIGNAL'), 'SIGTERM');
  assert.equal(only('VOLUME'), '/var/lib/straggler');
});

test('its health is asked of /livez, by the Node that is there', () => {
  const health = only('HEALTHCHECK');
  assert.match(health, /CMD \["node", "-e", "fetch\(process\.env\.STRAGGLER_HEALTH_URL\)/);
  assert.match(all('ENV').join(' '), /STRAGGLER_HEALTH_URL=http:\/\/127\.0\.0\.1:9471\/livez/);
});

test('what changes with every version comes after what does not', () => {
  const words = image.map(({ word, rest }) => `${word} ${rest}`);
  const place = (beginning: string): number => words.findIndex((text) => text.startsWith(beginning));
  const places = ['RUN ', 'COPY --from=dependencies', 'COPY src', 'ARG REVISION', 'LABEL '].map(place);
  assert.ok(!places.includes(-1), String(places));
  assert.deepEqual(
    places.toSorted((a, b) => a - b),
    places,
  );
});

test('it names itself and its revision, and holds no secret', () => {
  const labels = only('LABEL');
  for (const label of ['title', 'description', 'licenses', 'revision']) {
    assert.ok(labels.includes(`org.opencontainers.image.${label}=`), label);
  }
  for (const { word, rest } of instructions) {
    if (['ARG', 'ENV'].includes(word)) assert.doesNotMatch(rest, /PASSWORD|SECRET|TOKEN/i);
  }
});
