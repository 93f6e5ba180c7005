import type { LogFormat } from '../format.ts';
import { ReceiveRows } from './receive-rows.ts';

/** SMTP receive logs of Exchange 2010 and later: front end, hub and Edge; their names do not tell them apart. */
export const smtpReceiveFormat: LogFormat = {
  series: [
    { prefix: 'RECV', protocol: 'smtp', isCounted: true },
    // What the server itself sends to others.
    { prefix: 'SEND', protocol: 'smtp', isCounted: false },
  ],
  defaultColumns:
    'date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context'.split(','),
  neededColumns: ['date-time', 'sequence-number', 'remote-endpoint', 'event'],
  // Rows are held back for seconds and written together.
  isInOrder: false,
  readRows: (slice) => new ReceiveRows(slice),
};
