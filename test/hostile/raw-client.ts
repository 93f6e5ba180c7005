/** A client that sends what it likes, reads when it likes, and remembers what it was told. */
import { type Socket, connect } from 'node:net';

export class RawClient implements Disposable {
  readonly socket: Socket;
  text = '';
  isClosed = false;

  constructor(url: string, bytes: string | Buffer) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port) }, () => this.socket.write(bytes));
    this.socket.setEncoding('latin1');
    this.socket.on('data', (piece: string) => (this.text += piece));
    // A server that cuts off whoever misbehaves resets the connection now and then.
    this.socket.on('error', () => {});
    this.socket.on('close', () => (this.isClosed = true));
  }

  /** The status of the first answer; 0 before it has come. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3}) /.exec(this.text)?.[1] ?? 0);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export function clients(count: number, url: string, bytes: string | Buffer): RawClient[] & Disposable {
  const all = Array.from({ length: count }, () => new RawClient(url, bytes));
  return Object.assign(all, {
    [Symbol.dispose]: () => {
      for (const client of all) client[Symbol.dispose]();
    },
  });
}
