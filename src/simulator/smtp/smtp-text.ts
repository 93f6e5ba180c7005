import type { LoggedEndpoint } from '../log-row.ts';
import type { Random } from '../random.ts';
import { cell, endpointText } from './smtp-row.ts';

export const receiveColumns =
  'date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context';

export interface ReceiveText {
  readonly timeMs: number;
  readonly connector: string;
  readonly session: string;
  readonly sequence: number;
  readonly local: LoggedEndpoint;
  readonly remote: LoggedEndpoint;
  readonly event: string;
  readonly data: string;
  readonly context: string;
}

export function receiveCells(text: ReceiveText): string[] {
  return [
    new Date(text.timeMs).toISOString(),
    cell(text.connector),
    text.session,
    String(text.sequence),
    endpointText(text.local),
    endpointText(text.remote),
    text.event,
    cell(text.data),
    cell(text.context),
  ];
}

const oldColumns = (
  'date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,' +
  'internal-message-id,message-id,recipient-address,recipient-status,total-bytes,recipient-count,' +
  'related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality,' +
  'tenant-id,original-client-ip,original-server-ip,custom-data'
).split(',');

const newColumns = [
  ...oldColumns.toSpliced(11, 0, 'network-message-id'),
  'transport-traffic-type',
  'log-id',
  'schema-version',
];

export function trackingColumns(isOld: boolean): readonly string[] {
  return isOld ? oldColumns : newColumns;
}

/** `values` by the names of their columns. */
export function trackingCells(isOld: boolean, timeMs: number, values: Readonly<Record<string, string>>): string[] {
  const all = { 'date-time': new Date(timeMs).toISOString(), ...values } as Readonly<Record<string, string>>;
  return trackingColumns(isOld).map((column) => cell(all[column] ?? ''));
}

interface Spoilt {
  readonly kind: string;
  readonly isBad: boolean;
  readonly bytes: Buffer;
}

/** An odd row made of a good one: a bad one counts for nobody, the others count in full. */
export function spoilt(cells: readonly string[], { data }: ReceiveText, random: Random): Spoilt {
  const replaced = (index: number, text: string): Buffer => Buffer.from(cells.toSpliced(index, 1, text).join(','));
  const isPassedOn = data.startsWith('XPROXY');
  switch (random.integer(0, isPassedOn ? 4 : 5)) {
    case 0:
      return {
        kind: 'too few columns',
        isBad: true,
        bytes: Buffer.from(cells.slice(0, random.integer(1, 8)).join(',')),
      };
    case 1:
      return {
        kind: 'bad time',
        isBad: true,
        bytes: replaced(0, random.pick(['', 'now', '2026-02-30T25:00:00.000Z'])),
      };
    case 2:
      return { kind: 'bad sequence', isBad: true, bytes: replaced(3, random.pick(['', 'x', '-1'])) };
    case 3:
      return { kind: 'extra columns', isBad: false, bytes: Buffer.from(`${cells.join(',')},more,"and, more"`) };
    case 4:
      return {
        kind: 'NUL head',
        isBad: false,
        bytes: Buffer.concat([Buffer.alloc(random.integer(1, 5000)), Buffer.from(cells.join(','))]),
      };
    default:
      return { kind: 'bad address', isBad: true, bytes: replaced(5, random.pick(['', 'host:25', '300.1.2.3:25'])) };
  }
}
