/**
 * The rows of a POP3 or IMAP4 log one by one, for who adds up all rows of a client anyway: no event is made of each
 * connection only to be taken apart again. What a row says is the same as in `session-rows.ts`.
 */
import { isLoopback } from '../../event/address.ts';
import type { ClientRow, FormatRows, SliceContext, TimedRow } from '../format.ts';
import type { ProblemReason } from '../problem.ts';
import type { ServerTally } from '../server-rows.ts';
import { type ReaderCaches, blankUser } from '../reader-caches.ts';
import { columnsOf } from './columns.ts';
import { SessionFields } from './session-fields.ts';

type Growing<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

export class ClientRows implements FormatRows {
  readonly events = [];
  readonly server: ServerTally;
  lastProbeAt: number | null = null;
  readonly #slice: SliceContext;
  readonly #caches: ReaderCaches;
  readonly #fields: SessionFields;
  readonly #onRow: (row: ClientRow) => void;
  readonly #row: Growing<ClientRow>;

  constructor(slice: SliceContext, onRow: (row: ClientRow) => void) {
    this.#slice = slice;
    this.#caches = slice.options.caches;
    this.#onRow = onRow;
    this.#fields = new SessionFields(slice);
    this.server = this.#fields.server;
    this.#row = {
      server: this.server.server,
      address: '',
      endpoint: null,
      time: Number.NaN,
      isOpening: false,
      isCommand: false,
      received: 0,
      sent: 0,
      user: blankUser,
      verdict: 'none',
    };
  }

  useColumns(names: readonly string[]): void {
    this.#fields.columns = columnsOf(names);
  }

  read(row: TimedRow): 'counted' | ProblemReason {
    const { fields } = row;
    const read = this.#fields;
    const { columns } = read;
    const sequence = read.sequence(fields);
    if (sequence === -1) {
      return 'unreadable sequence number';
    }
    const address = read.clientAddress(fields);
    if (address === null) {
      return 'unreadable address';
    }
    const local = read.local(fields);
    if (!local.isReadable) {
      this.#slice.note('unreadable server address', row.start, row.end);
    }
    const said = this.#row;
    said.received = read.size(row, columns.received);
    said.sent = read.size(row, columns.sent);
    if (!row.isWanted) {
      return 'counted';
    }
    const kind = read.commandKind(fields);
    const user = this.#caches.user(this.#slice.bytes, fields, columns.user);
    said.address = address;
    said.endpoint = local.text;
    said.time = row.time;
    said.isOpening = sequence === 0;
    said.isCommand = kind !== 'server';
    said.user = user;
    said.verdict = read.verdict(fields, kind);
    this.#onRow(said);
    if (user.kind === 'probe' || address === local.address || isLoopback(address)) {
      this.lastProbeAt = this.lastProbeAt === null ? row.time : Math.max(this.lastProbeAt, row.time);
    }
    return 'counted';
  }
}
