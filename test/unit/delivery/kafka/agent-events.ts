/** Events, slices and records for tests of the agent's side. */
import type { ConnectionEvent } from '../../../../src/event/connection-event.ts';
import type { Slice } from '../../../../src/delivery/delivery.ts';
import type { FileRecord, LaneRecord } from '../../../../src/delivery/records.ts';

export function event(offset: number, address = '10.1.2.3', change: Partial<ConnectionEvent> = {}): ConnectionEvent {
  return {
    protocol: 'pop3',
    server: 'EX01',
    address,
    clientPort: 51234,
    endpoint: '10.0.0.1:995',
    session: '00000000000000E2',
    file: 'POP32026112010-1.LOG',
    offset,
    opened: 1,
    rows: 6,
    commands: 4,
    loginsSucceeded: 1,
    loginsFailed: 0,
    bytesReceived: 212,
    bytesSent: 48122,
    first: 1_800_000_000_000,
    last: 1_800_000_000_914,
    users: ['svc-scan'],
    hasUser: true,
    failure: null,
    ...change,
  };
}

export function laneRecord(id: string): LaneRecord {
  return {
    id,
    server: 'EX01',
    protocol: 'pop3',
    root: `/logs/${id}`,
    horizon: null,
    createdAt: 1_800_000_000_000,
    readBackDone: true,
    bytesLost: 0,
    lostAt: null,
  };
}

export function fileRecord(lane: string, offset: number): FileRecord {
  const hash = { start: 0, length: 0, hash: '' };
  return {
    id: `file-of-${lane}`,
    lane,
    path: `/logs/${lane}/POP32026112010-1.LOG`,
    locator: '1:2',
    prefix: hash,
    guard: hash,
    offset,
    columns: null,
    skippingFrom: null,
    extraColumnsNoted: false,
    epoch: 0,
    finished: false,
    grewAt: 1_800_000_000_000,
    missingSince: null,
  };
}

export function slice(lane: string, start: number, end: number, change: Partial<Slice> = {}): Slice {
  return {
    lane: laneRecord(lane),
    file: fileRecord(lane, end),
    start,
    end,
    rows: 1,
    readingBack: false,
    readAt: 1_800_000_001_000,
    ...change,
  };
}
