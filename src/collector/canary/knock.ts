/**
 * One connection of a canary: opened, greeted, and ended as the protocol has it. Nobody logs in and nothing is asked
 * for. What counts is that the server accepted it, for then it logs it; whatever it says afterwards is thrown away.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { canonicalAddress } from '../../event/address.ts';
import type { Protocol } from '../../event/protocol.ts';
import type { CanaryTarget } from './target.ts';

const goodbye: Readonly<Record<Protocol, string>> = { pop3: 'QUIT\r\n', imap4: 'a1 LOGOUT\r\n', smtp: 'QUIT\r\n' };

/** What a server may say before it is left alone. */
const wordsBytesMax = 16 * 1024;

/** Nothing is entrusted to anybody here, and a certificate that has run out or an old TLS is no reason to see nothing. */
const anyTls = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

/**
 * Answers the address that the server was connected from. Throws when it did not accept within `deadlineMs`; by then
 * the socket is closed, as it is in every other case.
 */
export async function knock(target: CanaryTarget, deadlineMs: number, signal: AbortSignal): Promise<string | null> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const { host, port, tls } = target;
  const socket = tls ? connectTls({ host, port, ...anyTls }) : connectTcp({ host, port });
  const end = (): void => void socket.destroy();
  deadline.addEventListener('abort', end, { once: true });
  if (deadline.aborted) end();
  // Each wait hears of an error itself; what comes between them or after has nothing to say.
  socket.on('error', () => {});
  try {
    await accepted(socket, tls ? 'secureConnect' : 'connect', deadline);
    const from = canonicalAddress(socket.localAddress ?? '');
    await sayGoodbye(socket, goodbye[target.protocol], deadline).catch(() => {});
    return from;
  } finally {
    deadline.removeEventListener('abort', end);
    socket.destroy();
  }
}

async function accepted(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  try {
    await once(socket, event, { signal });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    throw new Error('it does not answer', { cause: error });
  }
}

/** Waits for the greeting, takes its leave, and waits for the other end to close. */
async function sayGoodbye(socket: Socket, words: string, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  await once(socket, 'data', { signal });
  const closed = once(socket, 'close', { signal });
  socket.on('data', (data: Buffer) => {
    bytes += data.length;
    if (bytes > wordsBytesMax) socket.destroy();
  });
  socket.end(words);
  await closed;
}
