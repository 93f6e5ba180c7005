import { setImmediate as breathe } from 'node:timers/promises';
import type { HttpAnswer } from '../../http/answer.ts';
import { csvHeader, csvRows } from '../../sighting/csv.ts';
import type { SightingView } from '../views.ts';

const rowsPerPiece = 500;

/** All sightings as CSV, written piece by piece, so that neither memory nor the other answers wait for it. */
export function csvExport(sightings: Iterable<SightingView>, asOf: string, signal: AbortSignal): HttpAnswer {
  const name = `straggler-${asOf.slice(0, 19).replaceAll(':', '')}Z.csv`;
  return {
    type: 'text/csv; charset=utf-8; header=present',
    headers: { 'Content-Disposition': `attachment; filename="${name}"` },
    body: pieces(sightings, signal),
  };
}

async function* pieces(sightings: Iterable<SightingView>, signal: AbortSignal): AsyncGenerator<string> {
  yield csvHeader;
  let batch: SightingView[] = [];
  for (const sighting of sightings) {
    batch.push(sighting);
    if (batch.length < rowsPerPiece) continue;
    yield csvRows(batch);
    batch = [];
    await breathe();
    if (signal.aborted) return;
  }
  if (batch.length > 0) yield csvRows(batch);
}
