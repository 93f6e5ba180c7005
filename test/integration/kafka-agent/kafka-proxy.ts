/**
 * Stands between clients and a broker, and knows as much of Kafka's protocol as it takes to lose the answer to a
 * produce request: the broker has appended the records, and the client never hears of it.
 */
import { createServer, connect } from 'node:net';
import type { Server, Socket } from 'node:net';

const produceApiKey = 0;

export class KafkaProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #targetPort = 0;
  #down = false;
  /** Answers to produce requests still to be lost, with their connection. */
  answersToLose = 0;
  answersLost = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (client) => this.#join(client));
  }

  static async listen(port: number): Promise<KafkaProxy> {
    const server = createServer();
    const proxy = new KafkaProxy(server);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return proxy;
  }

  forwardTo(port: number): void {
    this.#targetPort = port;
  }

  /** As if the network were gone, until `up`. */
  down(): void {
    this.#down = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  up(): void {
    this.#down = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.down();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    if (this.#down) {
      client.destroy();
      return;
    }
    const broker = connect(this.#targetPort, '127.0.0.1');
    const both = [client, broker];
    for (const socket of both) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    const produces = new Set<number>();
    const requests = frames((frame) => {
      if (frame.readInt16BE(4) === produceApiKey) produces.add(frame.readInt32BE(8));
      broker.write(frame);
    });
    const answers = frames((frame) => {
      if (produces.delete(frame.readInt32BE(4)) && this.answersToLose > 0) {
        this.answersToLose--;
        this.answersLost++;
        client.destroy();
      } else client.write(frame);
    });
    client.on('data', requests);
    broker.on('data', answers);
  }
}

/** Calls back with each whole frame: four bytes of length, and what they announce. */
function frames(onFrame: (frame: Buffer) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      onFrame(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}
