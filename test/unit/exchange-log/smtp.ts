import { formats } from '../../../src/exchange-log/formats.ts';
import type { LogFormat } from '../../../src/exchange-log/format.ts';
import { type SliceOptions, type SliceResult } from '../../../src/exchange-log/slice.ts';
import { read } from './read.ts';

export const receiveHeader =
  'date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context';

/** The columns of Exchange 2013, in its order. */
export const trackingHeader =
  'date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,' +
  'internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,' +
  'related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality,' +
  'tenant-id,original-client-ip,original-server-ip,custom-data';

export interface ReceiveParts {
  readonly time?: string;
  readonly connector?: string;
  readonly session?: string;
  readonly sequence?: number | string;
  readonly local?: string;
  readonly remote?: string;
  readonly event?: string;
  readonly data?: string;
  readonly context?: string;
}

/** One row of a receive log, with CRLF; texts go in as they are. */
export function receiveRow(parts: ReceiveParts = {}): string {
  const fields = [
    parts.time ?? '2026-11-20T10:00:01.204Z',
    parts.connector ?? 'EX07\\Default Frontend EX07',
    parts.session ?? '08D675E58CA1DA38',
    parts.sequence ?? 1,
    parts.local ?? '10.0.0.7:25',
    parts.remote ?? '10.1.2.3:51234',
    parts.event ?? '<',
    parts.data ?? '',
    parts.context ?? '',
  ];
  return `${fields.join(',')}\r\n`;
}

/** One row of message tracking, with CRLF, by the names of its columns. */
export function trackingRow(parts: Readonly<Record<string, string>> = {}): string {
  const values: Readonly<Record<string, string>> = {
    'date-time': '2026-11-20T10:00:01.204Z',
    'client-ip': '10.1.2.3',
    'server-ip': '10.0.0.7',
    'server-hostname': 'EX07',
    'connector-id': 'EX07\\Default Frontend EX07',
    source: 'SMTP',
    'event-id': 'RECEIVE',
    'sender-address': 'scan@contoso.test',
    'return-path': 'scan@contoso.test',
    ...parts,
  };
  return `${trackingHeader
    .split(',')
    .map((column) => values[column] ?? '')
    .join(',')}\r\n`;
}

function formatOfPrefix(prefix: string): LogFormat {
  const format = formats.find(({ series }) => series.some((one) => one.prefix === prefix));
  if (format === undefined) throw new Error(`No format has files called ${prefix}…`);
  return format;
}

const receiveFormat = formatOfPrefix('RECV');
export const trackingFormat = formatOfPrefix('MSGTRK');

export function readReceive(content: string | Buffer, change: Partial<SliceOptions> = {}): SliceResult {
  return read(content, { protocol: 'smtp', format: receiveFormat, file: 'RECV.LOG', ...change });
}

export function readTracking(content: string | Buffer, change: Partial<SliceOptions> = {}): SliceResult {
  return read(content, { protocol: 'smtp', format: trackingFormat, file: 'MSGTRK.LOG', ...change });
}
