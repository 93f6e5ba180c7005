/** A log that is written as time goes by: rows in real format, each with a client of its own choice. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exchangeFormat, headText } from '../../src/simulator/log-format.ts';
import { logName, periodLabel } from '../../src/simulator/log-name.ts';
import { addressOf } from './events.ts';

/** What each row says was received and sent, together. */
export const rowTrafficBytes = 12 + 345;

export class LiveLog {
  readonly #path: string;
  #rows = 0;

  /** Makes `EX01/Pop3` below the folder, with the file of this hour and its header. */
  constructor(folder: string, server = 'EX01', atMs = Date.now()) {
    const pop3 = join(folder, server, 'Pop3');
    mkdirSync(pop3, { recursive: true });
    this.#path = join(pop3, logName('pop3', false, periodLabel(atMs, 'hourly'), 1));
    writeFileSync(this.#path, headText(exchangeFormat, 'pop3', atMs));
  }

  get rows(): number {
    return this.#rows;
  }

  /** Appends rows of now, spread over so many clients. */
  append(count: number, clients: number): void {
    const time = new Date().toISOString();
    let text = '';
    for (let index = 0; index < count; index++) {
      const row = this.#rows++;
      const session = Math.floor(row / 5)
        .toString(16)
        .toUpperCase()
        .padStart(16, '0');
      const client = addressOf(Math.floor(row / 5) % clients);
      text += `${time},${session},${row % 5},10.255.0.1:995,${client}:50000,device@contoso.test,1,12,345,stat,,R=ok\r\n`;
    }
    appendFileSync(this.#path, text);
  }
}
