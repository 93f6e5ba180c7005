import type { LogFormat } from '../format.ts';
import { TrackingRows } from './tracking-rows.ts';

/** Message tracking logs of Exchange 2010 and later. */
export const messageTrackingFormat: LogFormat = {
  series: [
    { prefix: 'MSGTRK', protocol: 'smtp', isCounted: true },
    // Mail between mailboxes and transport (MD, MS) and moderation (MA): nobody connects there.
    { prefix: 'MSGTRKMD', protocol: 'smtp', isCounted: false },
    { prefix: 'MSGTRKMS', protocol: 'smtp', isCounted: false },
    { prefix: 'MSGTRKMA', protocol: 'smtp', isCounted: false },
  ],
  // Those of Exchange 2013; other versions say in their header what they have.
  defaultColumns: (
    'date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,' +
    'internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,' +
    'recipient-count,related-recipient-address,reference,message-subject,sender-address,return-path,message-info,' +
    'directionality,tenant-id,original-client-ip,original-server-ip,custom-data'
  ).split(','),
  neededColumns: ['date-time', 'client-ip', 'source', 'event-id'],
  isInOrder: false,
  readRows: (slice) => new TrackingRows(slice),
};
