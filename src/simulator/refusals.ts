/**
 * How logins fail: what stands in `R=` and beside it, and the reason that an answer must show: the `ErrMsg` where there
 * is one, else the text of `R=`. `TAG` is the client's IMAP tag.
 */
import type { LoggedProtocol } from './log-row.ts';

export interface Refusal {
  readonly result: string;
  /** Further keys, in the order in which they follow. */
  readonly others: readonly (readonly [key: string, value: string])[];
  readonly reason: string;
  /** An account that does not exist: the user stays blank and the parameters begin with a blank. */
  readonly unknownAccount?: boolean;
}

const longStack = `System.Net.Sockets.SocketException: refused;ErrMsg=not this one, ${'   at Microsoft.Exchange.PopImap.Core.ProxySession.Connect() '.repeat(90)}`;

const imap4Refusals: readonly Refusal[] = [
  {
    result: 'TAG NO LOGIN failed.',
    others: [['ErrMsg', 'AuthFailed:LogonDenied']],
    reason: 'AuthFailed:LogonDenied',
  },
  {
    result: 'TAG NO LOGIN failed.',
    others: [
      ['Msg', 'Proxy:ex01.contoso.test:1993:SSL'],
      ['ErrMsg', 'ProxyNotAuthenticated'],
    ],
    reason: 'ProxyNotAuthenticated',
  },
  {
    result: 'TAG NO AUTHENTICATE failed.',
    others: [
      ['Msg', 'AuthFailed:LogonDenied,User: contoso\\svc\\shared'],
      ['ErrMsg', 'AuthFailed:LogonDenied'],
    ],
    reason: 'AuthFailed:LogonDenied',
  },
  { result: 'TAG NO Server Unavailable. 15', others: [], reason: 'TAG NO Server Unavailable. 15' },
  {
    result: 'TAG BAD Command received in Invalid state.',
    others: [],
    reason: 'TAG BAD Command received in Invalid state.',
  },
  {
    result: 'TAG NO LOGIN failed.',
    others: [['ErrMsg', 'UserConnectionLimitReached']],
    reason: 'UserConnectionLimitReached',
  },
  {
    result: 'TAG NO LOGIN failed.',
    others: [
      ['Excpt', longStack],
      ['ErrMsg', 'Mailbox "Scan, 2nd floor" is locked; try later'],
    ],
    reason: 'Mailbox "Scan, 2nd floor" is locked; try later',
  },
  {
    result: 'TAG NO LOGIN failed.',
    others: [['ErrMsg', 'AuthFailed:LogonDenied']],
    reason: 'AuthFailed:LogonDenied',
    unknownAccount: true,
  },
];

const pop3Refusals: readonly Refusal[] = [
  {
    result: '-ERR Logon failure: unknown user name or bad password.',
    others: [['ErrMsg', 'AuthFailed:LogonDenied']],
    reason: 'AuthFailed:LogonDenied',
  },
  {
    result: '-ERR Logon failure: unknown user name or bad password.',
    others: [
      ['Msg', 'Proxy:ex01.contoso.test:1995:SSL'],
      ['ErrMsg', 'ProxyNotAuthenticated'],
    ],
    reason: 'ProxyNotAuthenticated',
  },
  { result: '-ERR Connection is closed. 10', others: [], reason: '-ERR Connection is closed. 10' },
  {
    result: '-ERR Logon failure: unknown user name or bad password.',
    others: [['ErrMsg', 'PreAuthTimeout']],
    reason: 'PreAuthTimeout',
  },
  {
    result: '-ERR Logon failure: unknown user name or bad password.',
    others: [['ErrMsg', 'AuthFailed:LogonDenied']],
    reason: 'AuthFailed:LogonDenied',
    unknownAccount: true,
  },
];

/** POP3 `user` where plain text is not allowed. */
export const plainTextRefusal: Refusal = {
  result: '-ERR Command is not valid in this state.',
  others: [],
  reason: '-ERR Command is not valid in this state.',
};

export function refusals(protocol: LoggedProtocol): readonly Refusal[] {
  return protocol === 'pop3' ? pop3Refusals : imap4Refusals;
}
