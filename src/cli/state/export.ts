/** `straggler state export`: the sightings, in the bytes that `/api/v1/export.csv` has. */
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Collector } from '../../collector/collector.ts';
import type { SightingView } from '../../collector/views.ts';
import { refuseDamage } from '../../delivery/store/copy-state.ts';
import { UserError } from '../../runtime/errors.ts';
import { visibleText } from '../../runtime/visible-text.ts';
import { csvHeader, csvRows } from '../../sighting/csv.ts';
import { collectorOf } from './counted.ts';
import { runUntilStopped } from '../../runtime/lifecycle.ts';
import { readTopic } from './read-topic.ts';
import { lookAtFolder, sightingPages } from './folder.ts';
import { stateTarget, type StateTarget } from './target.ts';

type Options = Readonly<Record<string, unknown>>;

const rowsPerPiece = 500;

export async function exportStateCommand(options: Options, output: Writable = process.stdout): Promise<number> {
  const target = stateTarget(options);
  return await runUntilStopped(async (signal) => {
    const collector = await collectorOf(target.settings);
    await fill(collector, target, signal);
    const pieces = options['format'] === 'ndjson' ? ndjson(collector) : csv(collector);
    const file = options['output'];
    if (typeof file === 'string') await writeFile(file, pieces);
    else await write(pieces, output);
    return 0;
  });
}

async function fill(collector: Collector, target: StateTarget, signal: AbortSignal): Promise<void> {
  if (target.kind === 'topic') {
    const { contents } = await readTopic(target.settings, signal);
    for (const { sightings } of contents.partitions) {
      collector.commit([...sightings.values()].map((sighting) => ({ sighting, firstSeenLive: false })));
    }
    return;
  }
  await using copy = await lookAtFolder(target.directory);
  if (copy.kind === 'kafka') {
    throw new UserError(`The state in ${target.directory} is that of an agent, which counts nothing.`, {
      remedy: 'Export from the state topic of the collectors (--brokers), or from the folder of a `straggler run`.',
    });
  }
  refuseDamage(copy);
  for (const page of sightingPages(copy)) collector.restore(page);
}

function* csv(collector: Collector): Generator<string> {
  yield csvHeader;
  for (const batch of batches(collector)) yield csvRows(batch);
}

/** One JSON object a line, the fields of the API. */
function* ndjson(collector: Collector): Generator<string> {
  for (const batch of batches(collector)) {
    yield batch.map((sighting) => `${visibleText(JSON.stringify(sighting))}\n`).join('');
  }
}

function* batches(collector: Collector): Generator<SightingView[]> {
  let batch: SightingView[] = [];
  for (const sighting of collector.sightings()) {
    batch.push(sighting);
    if (batch.length < rowsPerPiece) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function write(pieces: Iterable<string>, stream: Writable): Promise<void> {
  for (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain');
}

async function writeFile(path: string, pieces: Iterable<string>): Promise<void> {
  await using file = await open(path, 'w').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`--output: ${path} cannot be written (${error.code}).`);
  });
  for (const piece of pieces) await file.write(piece);
}
