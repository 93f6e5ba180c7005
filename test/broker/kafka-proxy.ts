/**
 * Stands between clients and a broker: delays answers, cuts connections, takes the network away, and knows as much of
 * Kafka's protocol as it takes to lose the answer to a request that was carried out: the broker has appended the
 * records, or ended the transaction, and the client never hears of it.
 */
import { createServer, connect } from 'node:net';
import type { Server, Socket } from 'node:net';

/** Requests whose lost answer leaves the client not knowing what it has done, by their number in the protocol. */
const askedFor = { produce: 0, initProducerId: 22, addPartitionsToTransaction: 24, endTransaction: 26 } as const;

export type Asked = keyof typeof askedFor;

export class KafkaProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #targetPort = 0;
  #down = false;
  /** Answers still to be lost, with their connection, and to which requests. */
  answersToLose = 0;
  lose: readonly Asked[] = ['produce'];
  answersLost = 0;
  /** How late answers arrive. */
  delayMs = 0;

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

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return address.port;
  }

  /** Every connection breaks; new ones are taken at once. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** As if the network were gone, until `up`. */
  down(): void {
    this.#down = true;
    this.cut();
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
    const asked = new Map<number, number>();
    const deliver = delayed(client, () => this.delayMs);
    const requests = frames((frame) => {
      asked.set(frame.readInt32BE(8), frame.readInt16BE(4));
      broker.write(frame);
    });
    const answers = frames((frame) => {
      const id = frame.readInt32BE(4);
      const key = asked.get(id);
      asked.delete(id);
      if (this.answersToLose > 0 && this.lose.some((name) => askedFor[name] === key)) {
        this.answersToLose--;
        this.answersLost++;
        client.destroy();
      } else deliver(frame);
    });
    client.on('data', requests);
    broker.on('data', answers);
  }
}

/** Writes to a socket after a delay. What comes later never overtakes, also when the delay gets shorter. */
function delayed(client: Socket, delayMs: () => number): (frame: Buffer) => void {
  let waiting = 0;
  let lastAt = 0;
  return (frame) => {
    const now = performance.now();
    if (waiting === 0 && delayMs() === 0) {
      client.write(frame);
      return;
    }
    lastAt = Math.max(lastAt, now + delayMs());
    waiting++;
    const late = setTimeout(() => {
      waiting--;
      client.off('close', giveUp);
      client.write(frame);
    }, lastAt - now);
    const giveUp = (): void => clearTimeout(late);
    client.once('close', giveUp);
  };
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
