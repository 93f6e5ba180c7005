import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { emptyInventory } from '../../../src/inventory/inventory.ts';
import { RangeMap } from '../../../src/inventory/range-map.ts';
import { reportJson } from '../../../src/report/json.ts';
import { type ReportOptions, noProgress, shares } from '../../../src/report/options.ts';
import { type Report, runReport } from '../../../src/report/report.ts';

export const nowMs = Date.UTC(2026, 10, 24, 10);

/** A folder of its own for a test, removed afterwards. */
export function scratchFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'straggler-report-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function report(change: Partial<ReportOptions> & Pick<ReportOptions, 'paths'>): Promise<Report> {
  return runReport({
    directory: '/',
    standardInput: Readable.from([]),
    hostName: 'collect01.contoso.test',
    clock: { now: () => nowMs, monotonic: () => 0 },
    signal: new AbortController().signal,
    protocols: [],
    servers: [],
    prefixes: [],
    since: null,
    until: null,
    inventory: emptyInventory,
    ownAddresses: [],
    probes: new RangeMap([]),
    only: [],
    users: 'keep',
    threads: 1,
    ...shares,
    progress: noProgress,
    ...change,
  });
}

/** The JSON report as a script gets it. */
// oxlint-disable-next-line typescript/no-explicit-any
export function parsed(result: Report): any {
  return JSON.parse([...reportJson(result)].join(''));
}
