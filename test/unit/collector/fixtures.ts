/** Builders for what the collector is fed with: small, with defaults that say "all is well". */
import type { CollectorSettings, ServerSettings } from '../../../src/collector/settings.ts';
import type { CountingStatus } from '../../../src/delivery/counting.ts';
import type { AgentReport, LaneReport } from '../../../src/event/agent-report.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { emptySighting, type Sighting } from '../../../src/sighting/sighting.ts';

export const noon = Date.UTC(2026, 10, 20, 12);

export class TestClock implements Clock {
  ms: number = noon;
  now(): number {
    return this.ms;
  }
  monotonic(): number {
    return this.ms;
  }
}

export function serverSettings(more: Partial<ServerSettings> & { name: string }): ServerSettings {
  return { role: null, phase: 'active', addresses: [], expect: {}, silenceAfterMs: null, ...more };
}

export function collectorSettings(
  servers: readonly ServerSettings[] = [],
  more: Partial<CollectorSettings> = {},
): CollectorSettings {
  const windows = [
    { text: '1h', ms: 3_600_000 },
    { text: '24h', ms: 86_400_000 },
    { text: '7d', ms: 7 * 86_400_000 },
  ];
  return {
    servers: new Map(servers.map((server) => [server.name, server])),
    balancers: [],
    windows,
    headline: { text: '24h', ms: 86_400_000 },
    bucketMs: 10_000,
    topClientsMax: 100,
    ...more,
  };
}

export function laneReport(more: Partial<LaneReport> = {}): LaneReport {
  return {
    lane: 'lane-1',
    server: 'EX01',
    protocol: 'pop3',
    root: '/logs/EX01/Pop3',
    lastScanAt: noon,
    scanError: null,
    filesFollowed: 1,
    filesFound: 1,
    backlogBytes: 0,
    bytesAtRisk: 0,
    bytesLost: 0,
    lostAt: null,
    lastRowAt: noon,
    lastProbeAt: noon,
    rows: { event: 10, ignored: 0, error: 0 },
    readBack: { done: true, bytesRead: 100, bytesTotal: 100 },
    fileEpochs: {},
    watcherErrors: 0,
    publishErrors: 0,
    deadLetters: 0,
    deadLettersLost: 0,
    outboxBytes: 0,
    oldestUnackedAt: null,
    ledger: [],
    ...more,
  };
}

export function agentReport(lanes: readonly LaneReport[], more: Partial<AgentReport> = {}): AgentReport {
  return {
    schema: 1,
    agent: 'agent-1',
    name: 'EX01',
    version: '0.1.0',
    server: 'EX01',
    startedAt: noon - 3_600_000,
    at: noon,
    intervalMs: 10_000,
    lanes,
    ...more,
  };
}

export function sightingOf(address: string, more: Partial<Sighting> = {}): Sighting {
  const { protocol = 'pop3', server = 'EX01' } = more;
  return {
    ...emptySighting(protocol, server, address, 'bounded'),
    connections: 1,
    rows: 4,
    commands: 2,
    firstSeen: noon - 60_000,
    lastSeen: noon - 60_000,
    ...more,
  };
}

export const whole: CountingStatus = { stateComplete: true, connected: true, reasons: [], lag: [] };
