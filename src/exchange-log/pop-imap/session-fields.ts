import { PeerReader } from '../peer-reader.ts';
import type { SliceContext, TimedRow } from '../format.ts';
import type { LocalValue, ReaderCaches } from '../reader-caches.ts';
import type { RowFields } from '../row.ts';
import type { ServerTally } from '../server-rows.ts';
import { readWholeNumber } from '../whole-number.ts';
import { sameBytes } from '../words.ts';
import { type Columns, columnsOf } from './columns.ts';
import type { CommandKind } from './command.ts';
import { type Verdict, beginsWithOk, verdictOf } from './verdict.ts';

/** The fields of a POP3 or IMAP4 row, one by one. */
export class SessionFields {
  columns: Columns = columnsOf([]);
  /** Of the client that was read last. */
  clientPort = 0;
  readonly server: ServerTally;
  readonly #slice: SliceContext;
  readonly #bytes: Buffer;
  readonly #caches: ReaderCaches;
  readonly #peer: PeerReader;
  #localStart = 0;
  #localEnd = 0;
  #lastLocal: LocalValue | null = null;

  constructor(slice: SliceContext) {
    this.#slice = slice;
    this.#bytes = slice.bytes;
    this.#caches = slice.options.caches;
    this.#peer = new PeerReader(this.#caches);
    this.server = slice.server(slice.options.server);
  }

  /** -1 when it cannot be read. */
  sequence(fields: RowFields): number {
    const { sequence } = this.columns;
    return readWholeNumber(this.#bytes, fields.start(sequence), fields.end(sequence));
  }

  /** The client's canonical address, null when it is none; leaves its port in `clientPort`. */
  clientAddress(fields: RowFields): string | null {
    const { client } = this.columns;
    const address = this.#peer.read(this.#bytes, fields.start(client), fields.end(client));
    this.clientPort = this.#peer.port;
    return address;
  }

  /** The server's end of the connection, which mostly is that of the row before. */
  local(fields: RowFields): LocalValue {
    const column = this.columns.local;
    const start = column === -1 ? 0 : fields.start(column);
    const end = column === -1 ? 0 : fields.end(column);
    if (this.#lastLocal === null || !sameBytes(this.#bytes, this.#localStart, this.#localEnd, start, end)) {
      this.#lastLocal = this.#caches.locals.get(this.#bytes, start, end);
      if (this.#lastLocal.text !== null) this.server.endpoints.add(this.#lastLocal.text);
    }
    this.#localStart = start;
    this.#localEnd = end;
    return this.#lastLocal;
  }

  /** A blank size is 0; an unreadable one too, but noted. */
  size(row: TimedRow, column: number): number {
    if (column === -1 || row.fields.start(column) === row.fields.end(column)) {
      return 0;
    }
    const size = readWholeNumber(this.#bytes, row.fields.start(column), row.fields.end(column));
    if (size === -1) {
      this.#slice.note('unreadable size', row.start, row.end);
      return 0;
    }
    return size;
  }

  commandKind(fields: RowFields): CommandKind {
    const { command } = this.columns;
    return command === -1
      ? 'other'
      : this.#caches.commands.get(this.#bytes, fields.start(command), fields.end(command));
  }

  verdict(fields: RowFields, kind: CommandKind): Verdict {
    const { context, parameters } = this.columns;
    if (context === -1 || kind === 'server' || kind === 'other') {
      return 'none';
    }
    const text = beginsWithOk(this.#bytes, fields.start(context), fields.end(context))
      ? 'R=ok'
      : fields.text(this.#bytes, context);
    return verdictOf(kind, text, !fields.isBlank(this.#bytes, parameters));
  }
}
