/**
 * Who is connected, up to a limit. Clients that open connections and say nothing on them, or say it slowly, must not
 * keep others out: where all places are taken, the connection that has waited longest without an answer under way
 * gives way to the new one. Where every one of them is being answered, the new one is refused in words.
 */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimit {
  readonly connectionsMax: number;
  /** What is written to a connection that has to go: a whole answer. Empty where it would not be understood (TLS). */
  readonly refusal: string;
  readonly onBound: () => void;
}

interface Connection {
  readonly socket: Socket;
  /** Under way, of which a client that does not wait for them can have several. */
  answers: number;
}

/** Under TLS a request's socket is not the one that was accepted; where it comes from is the same. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Holds a server to the limit from now on. */
export function limitConnections(server: Server, { connectionsMax, refusal, onBound }: ConnectionLimit): void {
  const open = new Map<string, Connection>();
  /** In the order in which they began to wait. */
  const waiting = new Set<string>();

  const forget = (name: string, socket: Socket): void => {
    if (open.get(name)?.socket !== socket) return;
    open.delete(name);
    waiting.delete(name);
  };

  const refuse = (name: string, { socket }: Connection): void => {
    forget(name, socket);
    onBound();
    socket.end(refusal);
    socket.destroySoon();
  };

  server.prependListener('connection', (socket: Socket) => {
    const name = nameOf(socket);
    const connection: Connection = { socket, answers: 0 };
    open.set(name, connection);
    waiting.add(name);
    socket.once('close', () => forget(name, socket));
    if (open.size <= connectionsMax) return;
    const [longest = name] = waiting;
    refuse(longest, open.get(longest) ?? connection);
  });

  server.prependListener('request', ({ socket }: { socket: Socket }, response: ServerResponse) => {
    const name = nameOf(socket);
    const connection = open.get(name);
    if (connection === undefined) return;
    connection.answers++;
    waiting.delete(name);
    response.once('close', () => {
      connection.answers--;
      if (connection.answers === 0 && open.get(name) === connection) waiting.add(name);
    });
  });
}
