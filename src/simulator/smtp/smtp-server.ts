/** An Exchange server as far as its SMTP logs show it: front end, hub, message tracking, and what it sends itself. */
import { join } from 'node:path';
import type { ClientAddress } from '../client-address.ts';
import type { Ledger } from '../ledger.ts';
import type { LoggedEndpoint } from '../log-row.ts';
import type { Random } from '../random.ts';
import type { WritingStyle } from '../rolling-log.ts';
import { SmtpLog, type SmtpLogOptions } from './smtp-log.ts';
import { receiveCells, receiveColumns, type ReceiveText, spoilt, trackingCells, trackingColumns } from './smtp-text.ts';
import type { SmtpMeaning } from './smtp-row.ts';

export interface SmtpServerPlan {
  /** Name of its folder, and its key. */
  readonly name: string;
  readonly address: ClientAddress;
  /** Exchange 2010: one transport without a front end, daily files, no `FrontEnd` and `Hub` folders. */
  readonly isOld?: boolean;
}

export interface SmtpSetting {
  readonly directory: string;
  readonly plan: SmtpServerPlan;
  readonly style: WritingStyle;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly rowTime: () => number;
}

/** A row's meaning without what its connection knows. */
export type Said = Partial<Omit<SmtpMeaning, 'timeMs' | 'connector'>>;

export class SmtpServer {
  readonly plan: SmtpServerPlan;
  readonly frontEnd: SmtpLog;
  /** The same as the front end where there is only one transport. */
  readonly hub: SmtpLog;
  readonly logs: readonly SmtpLog[];
  readonly #setting: SmtpSetting;
  readonly #tracking: SmtpLog;
  readonly #send: SmtpLog;
  #style: WritingStyle;
  #sessions = 0;

  constructor(setting: SmtpSetting) {
    const { directory, plan, ledger } = setting;
    this.plan = plan;
    this.#setting = setting;
    this.#style = setting.style;
    const source = ledger.openSmtp(plan.name);
    const ignoredFile = (): void => {
      source.ignoredFiles += 1;
    };
    const logs = join(directory, plan.name, 'TransportRoles', 'Logs');
    const receive = (role: string): Omit<SmtpLogOptions, 'style' | 'random' | 'rollOver'> => ({
      folder: join(logs, role, 'ProtocolLog', 'SmtpReceive'),
      prefix: 'RECV',
      type: 'SMTP Receive Protocol Log',
      columns: receiveColumns,
    });
    this.frontEnd = this.#log(receive(plan.isOld === true ? '' : 'FrontEnd'));
    this.hub = plan.isOld === true ? this.frontEnd : this.#log(receive('Hub'));
    this.#tracking = this.#log({
      folder: join(logs, 'MessageTracking'),
      prefix: 'MSGTRK',
      type: 'Message Tracking Log',
      columns: trackingColumns(plan.isOld === true).join(','),
    });
    this.#send = this.#log({
      folder: join(logs, 'Hub', 'ProtocolLog', 'SmtpSend'),
      prefix: 'SEND',
      type: 'SMTP Send Protocol Log',
      columns: receiveColumns,
      newFile: ignoredFile,
    });
    this.logs = [...new Set([this.frontEnd, this.hub, this.#tracking, this.#send])];
  }

  setStyle(style: WritingStyle): void {
    this.#style = style;
    for (const log of this.logs) log.setStyle(style);
  }

  connect(log: SmtpLog, connector: string, client: LoggedEndpoint, local: LoggedEndpoint): SmtpConnection {
    this.#sessions += 1;
    const number = this.#setting.rowTime() * 64 + (this.#sessions % 64);
    const session = `08D${number.toString(16).toUpperCase().padStart(13, '0')}`;
    return new SmtpConnection(this, log, { connector: `${this.plan.name}\\${connector}`, session, client, local });
  }

  get nowMs(): number {
    return this.#setting.rowTime();
  }

  get random(): Random {
    return this.#setting.random;
  }

  /** Writes a row of a receive log, now and then with an odd one. */
  receive(log: SmtpLog, text: ReceiveText, meaning: SmtpMeaning): void {
    const { random, ledger } = this.#setting;
    const cells = receiveCells(text);
    const source = ledger.openSmtp(meaning.server);
    const home = ledger.openSmtp(this.plan.name);
    const written = (path: string): void => source.enter(meaning, path);
    const isOdd = this.#style.oddChance > 0 && random.chance(this.#style.oddChance);
    const odd = isOdd ? spoilt(cells, text, random) : null;
    if (odd?.isBad === true) {
      log.write({ timeMs: text.timeMs, bytes: odd.bytes, written: () => home.enterBadRow(odd.kind) });
    } else if (odd !== null) {
      const told = (path: string): void => {
        written(path);
        if (odd.kind === 'NUL head') home.rowsWithNulHead += 1;
        else home.rowsWithExtraColumns += 1;
      };
      log.write({ timeMs: text.timeMs, bytes: odd.bytes, written: told });
      return;
    }
    log.write({ timeMs: text.timeMs, bytes: Buffer.from(cells.join(',')), written });
  }

  /** Writes a row of message tracking; one without a meaning counts for nobody. */
  track(values: Readonly<Record<string, string>>, meaning: SmtpMeaning | null): void {
    const { ledger, rowTime } = this.#setting;
    const timeMs = rowTime();
    const own = { 'server-ip': this.plan.address.logged, 'server-hostname': this.plan.name };
    const cells = trackingCells(this.plan.isOld === true, timeMs, { ...own, ...values });
    const home = ledger.openSmtp(this.plan.name);
    const source = meaning === null ? home : ledger.openSmtp(meaning.server);
    this.#tracking.write({
      timeMs,
      bytes: Buffer.from(cells.join(',')),
      written: (path) => {
        if (meaning === null) home.ignoredRows += 1;
        else source.enter(meaning, path);
      },
    });
  }

  /** A row of what the server sends itself, which nobody may count. */
  sendOn(): void {
    const timeMs = this.#setting.rowTime();
    const cells = receiveCells({
      timeMs,
      connector: 'To Internet',
      session: '08DFFFFFFFFFFFFF',
      sequence: 0,
      local: { address: this.plan.address, port: 40_000 },
      remote: { address: this.plan.address, port: 25 },
      event: '+',
      data: '',
      context: '',
    });
    this.#send.write({ timeMs, bytes: Buffer.from(cells.join(',')), written: () => undefined });
  }

  #log(options: Omit<SmtpLogOptions, 'style' | 'random' | 'rollOver'>): SmtpLog {
    const { style, random, plan } = this.#setting;
    const rollOver = plan.isOld === true ? 'daily' : 'hourly';
    return new SmtpLog({
      ...options,
      rollOver,
      style,
      random: random.fork(`${options.folder.length}/${options.prefix}`),
    });
  }
}

interface Ends {
  /** As in `connector-id`. */
  readonly connector: string;
  readonly session: string;
  readonly client: LoggedEndpoint;
  readonly local: LoggedEndpoint;
}

/** One session of a receive log. */
export class SmtpConnection {
  readonly server: SmtpServer;
  readonly #log: SmtpLog;
  readonly #ends: Ends;
  #sequence = 0;

  constructor(server: SmtpServer, log: SmtpLog, ends: Ends) {
    this.server = server;
    this.#log = log;
    this.#ends = ends;
  }

  get client(): LoggedEndpoint {
    return this.#ends.client;
  }

  /** Writes a row; what it means is said beside it. */
  write(event: '+' | '-' | '<' | '>' | '*', data: string, context: string, said: Said = {}): void {
    const { connector, session, client, local } = this.#ends;
    const timeMs = this.server.nowMs;
    const text = { timeMs, connector, session, sequence: this.#sequence, local, remote: client, event, data, context };
    // Rows are missing now and then.
    this.#sequence += this.server.random.chance(0.02) ? 2 : 1;
    this.server.receive(this.#log, text, {
      timeMs,
      server: this.server.plan.name,
      client: client.address,
      connector: connector.slice(connector.indexOf('\\') + 1),
      dialled: local,
      ...(event === '+' ? { opens: true } : {}),
      ...(event === '<' ? { command: true } : {}),
      ...said,
    });
  }

  /** What the client says. */
  hear(data: string, said: Said = {}): void {
    this.write('<', data, '', said);
  }

  /** What the server answers. */
  reply(data: string, said: Said = {}): void {
    this.write('>', data, '', said);
  }

  note(context: string, said: Said = {}, data = ''): void {
    this.write('*', data, context, said);
  }
}
