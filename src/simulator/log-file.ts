import { closeSync, openSync, writeSync } from 'node:fs';

/** Exchange's buffer: a longer row reaches the file in several writes. */
const writeBytesMax = 4096;
const bufferBytesMax = 1 << 18;

/** One log file held open for append, as Exchange holds it. */
export class LogFile {
  readonly path: string;
  readonly #descriptor: number;
  #eachWrite: boolean;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #sizeBytes: number;

  /** `eachWrite`: every text goes to the file at once; otherwise texts gather until `flush`. */
  constructor(path: string, sizeBytes: number, eachWrite: boolean) {
    this.path = path;
    this.#descriptor = openSync(path, 'a');
    this.#sizeBytes = sizeBytes;
    this.#eachWrite = eachWrite;
  }

  /** Bytes in the file once everything has been flushed. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  setEachWrite(eachWrite: boolean): void {
    this.flush();
    this.#eachWrite = eachWrite;
  }

  append(bytes: Buffer): void {
    this.#sizeBytes += bytes.length;
    if (this.#eachWrite) {
      this.#write(bytes, writeBytesMax);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= bufferBytesMax) this.flush();
  }

  flush(): void {
    if (this.#waitingBytes === 0) return;
    this.#write(Buffer.concat(this.#waiting), bufferBytesMax);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }

  #write(bytes: Buffer, pieceBytes: number): void {
    for (let from = 0; from < bytes.length;) {
      from += writeSync(this.#descriptor, bytes, from, Math.min(pieceBytes, bytes.length - from));
    }
  }
}
