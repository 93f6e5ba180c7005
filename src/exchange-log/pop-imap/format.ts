import type { LogFormat } from '../format.ts';
import { SessionRows } from './session-rows.ts';

/** POP3 and IMAP4 protocol logs of Exchange 2010 and later. */
export const popImapFormat: LogFormat = {
  // A 0-byte file left by a crash is opened again without a header.
  defaultColumns: 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context'.split(
    ',',
  ),
  neededColumns: ['datetime', 'seqnumber', 'cip'],
  readRows: (slice) => new SessionRows(slice),
};
