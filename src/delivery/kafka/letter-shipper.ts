/**
 * Carries the letters of an agent's box to the topic of dead letters, in their order, as far behind as Kafka makes it: nothing
 * waits for it. How far it has come is stored after each acknowledgement, so a letter goes once; only a crash between the broker's
 * answer and that moment sends some again, under the same key.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../runtime/clock.ts';
import { within } from '../../runtime/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { keyOfLine } from '../dead-letters/dead-letter.ts';
import type { LetterBox } from '../dead-letters/letter-box.ts';
import type { LetterPlace } from '../dead-letters/letter-files.ts';
import { isRefusal } from './chunk-sender.ts';
import { compression, rootCause } from './client.ts';
import type { Kafka, Message } from './client.ts';
import { OutageLog } from './outage.ts';
import { ProducerConnection } from './producer-connection.ts';

export interface LetterShipperParts {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly box: LetterBox;
  readonly logger: Logger;
  readonly clock: Clock;
}

const retryFirstMs = 1000;
const retryLastMs = 60_000;
const closeWaitMs = 1000;
/** Of one request, before compression. */
const batchBytesMax = 256 * 1024;

export class LetterShipper implements AsyncDisposable {
  readonly #parts: LetterShipperParts;
  readonly #connection: ProducerConnection;
  readonly #outage: OutageLog;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #wake = Promise.withResolvers<void>();

  constructor(parts: LetterShipperParts) {
    this.#parts = parts;
    this.#outage = new OutageLog(parts.topic, 'dead letters', parts.logger, parts.clock);
    this.#connection = new ProducerConnection(() =>
      parts.kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 0 }, createPartitioner: () => () => 0 }),
    );
    parts.box.onKept(() => this.#wake.resolve());
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    let failures = 0;
    let place: LetterPlace | null = null;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers();
      try {
        place ??= await this.#sent();
        const next = await this.#ship(place);
        if (next === null) await Promise.race([this.#wake.promise, aborted]);
        else place = next;
        if (failures > 0) this.#outage.worked('letters');
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        this.#outage.failed('letters', error);
        const ms = Math.min(retryLastMs, retryFirstMs * 2 ** Math.min(failures++, 10));
        await sleep(ms, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** Sends what comes next, and answers the place behind it; null when there is nothing. */
  async #ship(place: LetterPlace): Promise<LetterPlace | null> {
    const { box, logger, topic } = this.#parts;
    if (place.file > 0 && box.hasLost(place)) {
      logger.warn({ topic, directory: box.directory }, 'dead letters made room for newer ones before Kafka took them');
    }
    const piece = await box.read(place);
    if (piece === null) return null;
    for (const batch of batchesOf(piece.lines)) await this.#send(batch);
    await this.#store(piece.next);
    return piece.next;
  }

  /** What the broker will not have stays in its file alone. */
  async #send(lines: readonly string[]): Promise<void> {
    const { topic, logger } = this.#parts;
    const messages = lines.map(messageOf);
    try {
      await this.#connection.send({ topic, compression, messages }, 0);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (lines.length > 1) for (const line of lines) await this.#send([line]);
      else
        logger.warn(
          { topic, reason: (rootCause(error) as Error).message },
          'a dead letter is refused, and stays in its file',
        );
    }
  }

  async #sent(): Promise<LetterPlace> {
    try {
      const { file, offset } = JSON.parse(await readFile(this.#path, 'utf8')) as LetterPlace;
      if (Number.isSafeInteger(file) && Number.isSafeInteger(offset)) return { file, offset };
    } catch (error) {
      if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return { file: 0, offset: 0 };
  }

  async #store(place: LetterPlace): Promise<void> {
    const draft = `${this.#path}.new`;
    const handle = await open(draft, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(place)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, this.#path);
  }

  get #path(): string {
    return join(this.#parts.box.directory, 'sent.json');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await within(closeWaitMs, this.#running);
    await within(closeWaitMs, this.#connection[Symbol.asyncDispose]());
  }
}

function messageOf(line: string): Message {
  const { kind, reason, agent } = JSON.parse(line) as Record<'kind' | 'reason' | 'agent', string>;
  return {
    key: keyOfLine(line),
    value: line,
    partition: 0,
    headers: {
      'content-type': 'application/json',
      'deadLetter.kind': kind,
      'deadLetter.reason': reason,
      'deadLetter.agent': agent,
    },
  };
}

function batchesOf(lines: readonly string[]): string[][] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const line of lines) {
    const batch = batches.at(-1);
    if (batch === undefined || bytes + line.length > batchBytesMax) {
      batches.push([line]);
      bytes = line.length;
    } else {
      batch.push(line);
      bytes += line.length;
    }
  }
  return batches;
}
