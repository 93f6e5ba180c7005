/**
 * What a row of message tracking says. Only mail that came in by SMTP counts (source `SMTP`, event `RECEIVE`); all
 * other rows, and mail of Exchange's own probes, are ignored rows. A row says that a client handed over a mail, not
 * that it connected, so it opens nothing; and months without a row are normal on a server without mail, so it proves
 * no silence.
 */
import { canonicalAddress } from '../../event/address.ts';
import { cutText } from '../../event/cut-text.ts';
import { serverKey } from '../../event/server-key.ts';
import type { FormatRows, SliceContext, TimedRow } from '../format.ts';
import { type GrowingSmtpEvent, addRow, addText, isFullFor, newSmtpEvent } from '../growing-event.ts';
import type { ProblemReason } from '../problem.ts';
import type { RowFields } from '../row.ts';
import type { ServerTally } from '../server-rows.ts';
import { columnsOf } from './columns.ts';
import { customValue } from './custom-data.ts';

/** Senders of Exchange's own probes. */
const probeSenders = ['healthmailbox', 'inboundproxy@', 'microsoftexchange329e'];

interface Origin {
  readonly address: string;
  /** Key of the server that the client has spoken to; blank = the row does not say. */
  readonly server: string;
}

export class TrackingRows implements FormatRows {
  readonly events: GrowingSmtpEvent[] = [];
  readonly lastProbeAt = null;
  server: ServerTally;
  readonly #slice: SliceContext;
  readonly #bytes: Buffer;
  readonly #byOrigin = new Map<string, GrowingSmtpEvent>();
  #columns = columnsOf([]);

  constructor(slice: SliceContext) {
    this.#slice = slice;
    this.#bytes = slice.bytes;
    this.server = slice.server(slice.options.server);
  }

  useColumns(names: readonly string[]): void {
    this.#columns = columnsOf(names);
  }

  read(row: TimedRow): 'counted' | 'ignored' | ProblemReason {
    const { fields } = row;
    const { source, event } = this.#columns;
    if (this.#text(fields, source) !== 'SMTP' || this.#text(fields, event) !== 'RECEIVE' || this.#isProbe(fields)) {
      return 'ignored';
    }
    const origin = this.#origin(fields);
    if (origin === null) {
      return 'unreadable address';
    }
    this.server = this.#slice.server(origin.server === '' ? this.#slice.options.server : origin.server);
    if (row.isWanted) this.#count(row, origin);
    return 'counted';
  }

  #text(fields: RowFields, column: number): string {
    return column === -1 ? '' : fields.text(this.#bytes, column);
  }

  #isProbe(fields: RowFields): boolean {
    const sender = this.#text(fields, this.#columns.sender).toLowerCase();
    return probeSenders.some((name) => sender.startsWith(name));
  }

  /** Null when the address that decides is none. */
  #origin(fields: RowFields): Origin | null {
    const custom = this.#text(fields, this.#columns.customData);
    const server = serverKey(this.#text(fields, this.#columns.serverName));
    const proxied = customValue(custom, 'ProxiedClientIPAddress');
    if (proxied !== '') {
      // The front end that the client has spoken to: `EX01.contoso.test(10.0.0.1)`.
      const hop = serverKey(customValue(custom, 'ProxyHop1').split('(', 1)[0] ?? '');
      return originOf(proxied, hop === '' ? server : hop);
    }
    const client = this.#text(fields, this.#columns.clientIp);
    const original = this.#text(fields, this.#columns.originalClientIp).trim();
    return originOf(original !== '' && this.#isServer(fields, client) ? original : client, server);
  }

  /** A front end on the same server hands over: its address is that of both ends. */
  #isServer(fields: RowFields, client: string): boolean {
    const address = canonicalAddress(client);
    return address !== null && address === canonicalAddress(this.#text(fields, this.#columns.serverIp));
  }

  #count({ fields, start, time }: TimedRow, origin: Origin): void {
    const { caches, protocol, file } = this.#slice.options;
    const { server } = this.server;
    const connector = caches.connector(this.#bytes, fields, this.#columns.connector).name;
    const sender = this.#sender(fields);
    const key = `${server}\t${origin.address}\t${connector}`;
    let event = this.#byOrigin.get(key);
    if (event === undefined || isFullFor(event.smtp.senders, sender)) {
      const begin = { protocol, server, address: origin.address, clientPort: 0, endpoint: null, session: null, file };
      event = newSmtpEvent({ ...begin, offset: this.#slice.offset + start }, time, connector);
      this.events.push(event);
      this.#byOrigin.set(key, event);
    }
    addRow(event, time, false, false);
    event.smtp.tracked++;
    addText(event.smtp.senders, sender);
  }

  /** What `MAIL FROM` has named; the `sender-address` may be another one, out of the message itself. */
  #sender(fields: RowFields): string | null {
    const address = this.#text(fields, this.#columns.returnPath)
      .trim()
      .replace(/^<(.*)>$/, '$1');
    return address === '' ? null : this.#slice.options.caches.keepSender(cutText(address));
  }
}

function originOf(text: string, server: string): Origin | null {
  const address = canonicalAddress(text);
  return address === null ? null : { address, server };
}
