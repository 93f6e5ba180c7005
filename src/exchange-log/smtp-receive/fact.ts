import { cutText } from '../../event/cut-text.ts';

/** What one row says beyond that it was written. Texts are cut. */
export type Fact =
  | { readonly kind: 'helo' | 'sender'; readonly text: string }
  /** The real client, which a front end passes on. */
  | { readonly kind: 'client'; readonly address: string; readonly port: number }
  | { readonly kind: 'succeeded' | 'message' | 'user' }
  /** `failed` is a reply that refuses a login, `notice` the server's own remark on it. */
  | { readonly kind: 'failed' | 'notice'; readonly reason: string }
  | { readonly kind: 'tls'; readonly version: string };

/** What the client has said, a row of `<`. */
export function factOfCommand(data: string): Fact | null {
  const helo = /^(?:EHLO|HELO)\s+(\S[^]*)$/i.exec(data);
  if (helo !== null) return { kind: 'helo', text: cutText((helo[1] ?? '').trim()) };
  const sender = /^MAIL\s+FROM:\s*(?:<([^>]*)>|([^\s<]\S*))/i.exec(data);
  if (sender !== null) {
    const address = (sender[1] ?? sender[2] ?? '').trim();
    // A bounce has no sender.
    return address === '' ? null : { kind: 'sender', text: cutText(address) };
  }
  return /^XPROXY(?:FROM)?\s/i.test(data) ? factOfProxy(data) : null;
}

/** `XPROXY SID=… IP=10.1.1.70 PORT=50100 DOMAIN=… CAPABILITIES=0`; without an `IP=` it says nothing. */
function factOfProxy(data: string): Fact | null {
  const address = /\sIP=(\S*)/i.exec(data)?.[1];
  if (address === undefined) return null;
  const port = Number(/\sPORT=(\d{1,5})(?:\s|$)/i.exec(data)?.[1] ?? '0');
  return { kind: 'client', address, port: port > 65_535 ? 0 : port };
}

/**
 * What the server has answered, a row of `>`. `334` is a challenge; `250 2.0.0`, `2.1.0`, `2.1.5` accept something
 * else than mail; `235 <authentication response>` answers another Exchange server.
 */
export function factOfReply(data: string): Fact | null {
  if (data.startsWith('250 2.6.0 <')) return { kind: 'message' };
  if (isReply(data, '235')) return data.startsWith('235 <authentication response>') ? null : { kind: 'succeeded' };
  if (isReply(data, '535') || isReply(data, '504 5.7.4')) return { kind: 'failed', reason: cutText(data) };
  return null;
}

function isReply(data: string, code: string): boolean {
  return data.startsWith(code) && !/^[0-9]/.test(data.slice(code.length, code.length + 1));
}

/** What the server has noted, a row of `*`: mostly in its context; the name of who logged in is its data. */
export function factOfNote(context: string): Fact | null {
  if (context.trim().toLowerCase() === 'authenticated') return { kind: 'user' };
  const tls = /\bSP_PROT_(SSL|TLS)([0-9])(?:_([0-9]))?_\w{0,32} negotiation succeeded/.exec(context);
  if (tls !== null) return { kind: 'tls', version: `${tls[1]} ${tls[2]}.${tls[3] ?? '0'}` };
  const isFailure =
    /^Inbound [^]* failed because of ./i.test(context) || /\bhas no mailbox database\.?\s*$/i.test(context);
  return isFailure ? { kind: 'notice', reason: cutText(context) } : null;
}
