/**
 * Random sequences of everything that happens to logs and agents, against a model that knows each row: a row that was
 * read by a finished scan, or that still stands in a followed file at the end, is counted once; a row whose bytes went before
 * that is counted at most once.
 */
import assert from 'node:assert/strict';
import { rename, rm, truncate, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Following, header, row } from './following.ts';

const runs = Number(process.env['STRAGGLER_MODEL_RUNS'] ?? 40);
const firstSeed = Number(process.env['STRAGGLER_MODEL_SEED'] ?? 1);
const stepsPerRun = 60;

/** Small, seeded, good enough (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface ModelFile {
  name: string;
  /** Rows whose last byte is written and whose bytes still stand here. */
  rows: string[];
  /** The rest of a row of which a part is written. */
  torn: { session: string; rest: string } | null;
}

class World {
  readonly following: Following;
  readonly random: (below: number) => number;
  readonly files: ModelFile[] = [];
  readonly certain = new Set<string>();
  readonly possible = new Set<string>();
  readonly log: string[] = [];
  #sessions = 0;
  #names = 0;

  constructor(following: Following, random: (below: number) => number) {
    this.following = following;
    this.random = random;
  }

  pick(): ModelFile | undefined {
    // Mostly the newest, as in life.
    return this.random(3) > 0 ? this.files.at(-1) : this.files[this.random(this.files.length || 1)];
  }

  newName(): string {
    const hour = this.#names++;
    const day = String(20 + Math.floor(hour / 24)).padStart(2, '0');
    return `POP3202611${day}${String(hour % 24).padStart(2, '0')}-1.LOG`;
  }

  #row(): { session: string; text: string } {
    const session = `s${this.#sessions++}`;
    return { session, text: row(session, 'x'.repeat(this.random(4) === 0 ? this.random(900) : this.random(30))) };
  }

  async create(): Promise<void> {
    const file: ModelFile = { name: this.newName(), rows: [], torn: null };
    this.files.push(file);
    const length = this.random(3) === 0 ? this.random(header.length) : header.length;
    // A header may be written in two pieces, or not at all.
    await this.following.write(file.name, length === header.length || this.random(2) === 0 ? header : '');
  }

  async append(file: ModelFile): Promise<void> {
    let text = '';
    if (file.torn !== null) {
      text += file.torn.rest;
      file.rows.push(file.torn.session);
      file.torn = null;
    }
    for (let count = this.random(6); count > 0; count--) {
      const { session, text: rowText } = this.#row();
      text += rowText;
      file.rows.push(session);
    }
    if (this.random(3) === 0) {
      const { session, text: rowText } = this.#row();
      const cut = 1 + this.random(rowText.length - 1);
      text += rowText.slice(0, cut);
      file.torn = { session, rest: rowText.slice(cut) };
    }
    await this.following.append(file.name, text);
  }

  /** The bytes of a file go, or may: what was not surely read may be counted, or not. */
  gone(file: ModelFile): void {
    for (const session of file.rows) if (!this.certain.has(session)) this.possible.add(session);
    if (file.torn !== null) this.possible.add(file.torn.session);
    file.rows = [];
    file.torn = null;
  }

  forget(file: ModelFile): void {
    this.gone(file);
    this.files.splice(this.files.indexOf(file), 1);
  }

  read(): void {
    for (const file of this.files) for (const session of file.rows) this.certain.add(session);
  }
}

type Step = (world: World) => Promise<void>;

const steps: readonly (readonly [string, number, Step])[] = [
  ['append', 10, async (world) => onFile(world, (file) => world.append(file))],
  ['create', 3, (world) => world.create()],
  [
    'scan',
    6,
    async (world) => {
      await world.following.scan();
      world.read();
    },
  ],
  [
    'rename',
    1,
    async (world) =>
      onFile(world, async (file) => {
        const name = world.newName();
        await rename(world.following.path(file.name), world.following.path(name));
        file.name = name;
      }),
  ],
  [
    'rename away',
    1,
    async (world) =>
      onFile(world, async (file) => {
        await rename(world.following.path(file.name), world.following.path(`${file.name}.old`));
        world.forget(file);
      }),
  ],
  [
    'rotate by renaming',
    1,
    async (world) =>
      onFile(world, async (file) => {
        const name = world.newName();
        await rename(world.following.path(file.name), world.following.path(name));
        const fresh: ModelFile = { name: file.name, rows: [], torn: null };
        file.name = name;
        world.files.push(fresh);
        await world.following.write(fresh.name, header);
      }),
  ],
  [
    'truncate',
    1,
    async (world) =>
      onFile(world, async (file) => {
        await truncate(world.following.path(file.name), 0);
        world.gone(file);
        if (world.random(2) === 0) await world.append(file);
      }),
  ],
  [
    'rewrite',
    1,
    async (world) =>
      onFile(world, async (file) => {
        world.gone(file);
        await writeFile(world.following.path(file.name), header);
        await world.append(file);
      }),
  ],
  [
    'delete',
    1,
    async (world) =>
      onFile(world, async (file) => {
        await rm(world.following.path(file.name));
        world.forget(file);
      }),
  ],
  [
    'delete and create anew',
    1,
    async (world) =>
      onFile(world, async (file) => {
        await rm(world.following.path(file.name));
        world.gone(file);
        await world.following.write(file.name, header);
        await world.append(file);
      }),
  ],
  [
    'refuse',
    2,
    async (world) => {
      world.following.delivery.refuseNext = 1 + world.random(2);
      world.following.delivery.refuseNextRecords = world.random(2);
    },
  ],
  ['hold', 1, async (world) => world.following.delivery.hold()],
  ['release', 2, async (world) => world.following.delivery.release()],
  ['restart', 1, (world) => restart(world, () => world.following.stop())],
  ['kill', 2, (world) => restart(world, () => world.following.kill())],
];

async function onFile(world: World, act: (file: ModelFile) => Promise<void>): Promise<void> {
  const file = world.pick();
  if (file === undefined) return;
  world.log.push(file.name.slice(4, -4));
  await act(file);
}

async function restart(world: World, end: () => Promise<void>): Promise<void> {
  world.following.delivery.release();
  await end();
  if (world.random(2) === 0) await onFile(world, (file) => world.append(file));
  if (world.random(4) === 0) await world.create();
  await start(world);
}

async function start(world: World): Promise<void> {
  const scanEveryMs = world.random(2) === 0 ? 10 : 3_600_000;
  await world.following.start({
    logs: [{ path: world.following.top, watch: false, scanEveryMs }],
    limits: { sliceBytesMax: 1 + world.random(4096), inFlightBytesMax: 16_384, handlesMax: 4 + world.random(8) },
  });
}

async function run(seed: number): Promise<void> {
  const random = randomFrom(seed);
  await using following = await Following.create();
  const world = new World(following, random);
  const weights = steps.flatMap(([name, weight, step]) => Array.from({ length: weight }, () => ({ name, step })));
  await start(world);
  try {
    for (let number = 0; number < stepsPerRun; number++) {
      const next = weights[random(weights.length)];
      if (next === undefined) continue;
      world.log.push(next.name);
      if (next.name === 'scan') following.delivery.release();
      await next.step(world);
    }
    following.delivery.release();
    following.delivery.refuseNext = 0;
    following.delivery.refuseNextRecords = 0;
    await following.scan();
    world.read();
    const counts = following.memory.rowsBySession;
    for (const session of world.certain) assert.equal(counts.get(session) ?? 0, 1, `row ${session} was there`);
    for (const [session, count] of counts) {
      assert.ok(world.certain.has(session) || world.possible.has(session), `row ${session} was never written`);
      assert.equal(count, 1, `row ${session} was counted ${count} times`);
    }
  } catch (error) {
    throw new Error(`seed ${seed}, after ${world.log.join(', ')}`, { cause: error });
  }
}

test('every row is counted once, whatever happens to files and agents', async () => {
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) await run(seed);
});
