import type { LogFormat } from '../format.ts';
import { ClientRows } from './client-rows.ts';
import { SessionRows } from './session-rows.ts';

/** POP3 and IMAP4 protocol logs of Exchange 2010 and later. */
export const popImapFormat: LogFormat = {
  // Back-end files lie in the same folders. They name the front-end server as their client.
  series: [
    { prefix: 'POP3', protocol: 'pop3', isCounted: true },
    { prefix: 'POP3BE', protocol: 'pop3', isCounted: false },
    { prefix: 'IMAP4', protocol: 'imap4', isCounted: true },
    { prefix: 'IMAP4BE', protocol: 'imap4', isCounted: false },
  ],
  // A 0-byte file left by a crash is opened again without a header.
  defaultColumns: 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context'.split(
    ',',
  ),
  neededColumns: ['datetime', 'seqnumber', 'cip'],
  isInOrder: true,
  readRows(slice) {
    const { onRow } = slice.options;
    return onRow === undefined ? new SessionRows(slice) : new ClientRows(slice, onRow);
  },
};
