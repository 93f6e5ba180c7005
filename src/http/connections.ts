/**
 * Who is connected, up to a limit. Clients that open connections and say nothing on them, or say it slowly, must not
 * keep others out: where all places are taken, the connection that has waited longest without an answer under way
 * gives way to the new one. Where every one of them is being answered, the new one is refused in words.
 */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimit {
  readonly connectionsMax: number;
  /** What is written to a connection that has to go: a whole answer. */
  readonly refusal: string;
  readonly onBound: () => void;
}

/** Holds a server to the limit from now on. */
export function limitConnections(server: Server, { connectionsMax, refusal, onBound }: ConnectionLimit): void {
  /** In the order in which they began to wait. */
  const waiting = new Set<Socket>();
  /** Answers under way, of which a client that does not wait for them can have several. */
  const answering = new Map<Socket, number>();

  const refuse = (socket: Socket): void => {
    waiting.delete(socket);
    onBound();
    socket.end(refusal);
    socket.destroySoon();
  };

  server.prependListener('connection', (socket: Socket) => {
    waiting.add(socket);
    socket.once('close', () => {
      waiting.delete(socket);
      answering.delete(socket);
    });
    if (waiting.size + answering.size <= connectionsMax) return;
    const [longest = socket] = waiting;
    refuse(longest);
  });

  server.prependListener('request', ({ socket }: { socket: Socket }, response: ServerResponse) => {
    waiting.delete(socket);
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (answering.get(socket) ?? 0) - 1;
      if (left > 0) answering.set(socket, left);
      if (left > 0 || !answering.delete(socket) || socket.destroyed) return;
      waiting.add(socket);
    });
  });
}
