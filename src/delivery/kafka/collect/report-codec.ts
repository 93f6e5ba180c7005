/** Reports of agents as they travel: JSON, checked, since whoever can write to the topic can write anything. */
import { z } from 'zod';
import type { AgentReport } from '../../../event/agent-report.ts';
import { protocols } from '../../../event/protocol.ts';

const count = z.number().min(0);
const time = z.int().min(0);
const timeOrNull = time.nullable();
const name = z.string().max(256);
const path = z.string().max(4096);

/** Bounds for a hostile report; an honest one is far below. */
const lanesMax = 10_000;
const partitionsMax = 10_000;

const laneReport = z.object({
  lane: name,
  server: name,
  protocol: z.enum(protocols),
  root: path,
  lastScanAt: timeOrNull,
  scanError: path.nullable(),
  filesFollowed: count,
  filesFound: count,
  backlogBytes: count,
  bytesAtRisk: count,
  bytesLost: count,
  lostAt: timeOrNull,
  lastRowAt: z.int().nullable(),
  lastProbeAt: z.int().nullable(),
  rows: z.object({ event: count, ignored: count, error: count }),
  readBack: z.object({ done: z.boolean(), bytesRead: count, bytesTotal: count }),
  fileEpochs: z.record(name, count),
  watcherErrors: count,
  publishErrors: count,
  deadLetters: count,
  deadLettersLost: count.default(0),
  outboxBytes: count,
  oldestUnackedAt: timeOrNull,
  ledger: z
    .array(z.object({ partition: z.int().min(0), slice: z.int().min(0), offset: z.int().min(0) }))
    .max(partitionsMax),
  replaces: z.object({ lane: name, at: time, reason: z.enum(['rolled back', 'copied']) }).exactOptional(),
});

const agentReport = z.object({
  schema: z.literal(1),
  agent: name,
  name,
  version: name,
  server: name,
  startedAt: time,
  at: time,
  intervalMs: z.number().min(1),
  lanes: z.array(laneReport).max(lanesMax),
});

/** Null when it is no report that this program understands. */
export function decodeReport(value: Buffer): AgentReport | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString('utf8'));
  } catch {
    return null;
  }
  return agentReport.safeParse(parsed).data ?? null;
}
