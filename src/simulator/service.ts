/**
 * The POP3 or IMAP4 front-end service of one server, as far as its log shows it: session ids from a counter that starts
 * again with the process, sequence numbers within a session, and a back end beside it whose files lie in the same
 * folder and whose clients are the server itself.
 */
import type { ClientAddress } from './client-address.ts';
import type { Column } from './log-format.ts';
import { singleLine, type LoggedEndpoint, type LoggedProtocol, type LogRow } from './log-row.ts';
import type { RollingLog } from './rolling-log.ts';

/** What one row adds to its connection. What is left out is blank, 0 or as in the row before. */
export interface Step {
  readonly command: string;
  /** From here on the connection's user. */
  readonly user?: string;
  readonly parameters?: string;
  readonly context?: string;
  readonly durationMs?: number;
  readonly received?: number;
  readonly sent?: number;
  readonly verdict?: 'succeeded' | 'failed';
  readonly reason?: string;
}

export interface ServiceOptions {
  readonly server: string;
  readonly protocol: LoggedProtocol;
  readonly log: RollingLog;
  /** Null: the server has no back end (Exchange 2010), or writes no log of it. */
  readonly backEnd: Service | null;
  /** The server's own address towards its back end. */
  readonly ownAddress: ClientAddress;
  /** How the service spells success: `ok`, in newer versions `OK`. */
  readonly okText: string;
  /** Whether single commands are logged after a login (2010), or a `proxy` row now and then (2013 and later). */
  readonly logsCommands: boolean;
  /** Time of a row written now, milliseconds since the epoch. */
  readonly rowTime: () => number;
}

export class Service {
  readonly options: ServiceOptions;
  #lastSession = 0;
  #process = 0;

  constructor(options: ServiceOptions) {
    this.options = options;
  }

  connect(client: LoggedEndpoint, server: LoggedEndpoint): Connection {
    this.#lastSession += 1;
    const sessionId = this.#lastSession.toString(16).toUpperCase().padStart(16, '0');
    return new Connection(this, this.#process, sessionId, client, server);
  }

  isRunning(process: number): boolean {
    return process === this.#process;
  }

  /** Open connections vanish without a row, session ids start again at 1, and the header is written once more. */
  restart(columns?: readonly Column[]): void {
    this.#lastSession = 0;
    this.#process += 1;
    this.options.log.repeatHeader(this.options.rowTime(), columns);
    this.options.backEnd?.restart();
  }

  /** What the back end logs of a login that was passed on to it. */
  passOn(user: string): void {
    const { backEnd, ownAddress, protocol } = this.options;
    if (backEnd === null) return;
    const port = protocol === 'pop3' ? 1995 : 1993;
    const connection = backEnd.connect(
      { address: ownAddress, port: 40_000 + (this.#lastSession % 20_000) },
      { address: ownAddress, port },
    );
    connection.write({ command: 'OpenSession', sent: 44 });
    connection.write({ command: 'xproxy', user, received: 60, sent: 20, parameters: `${user} *****`, context: 'R=ok' });
    connection.write({ command: 'CloseSession' });
  }
}

export class Connection {
  readonly service: Service;
  readonly #process: number;
  readonly #sessionId: string;
  readonly #client: LoggedEndpoint;
  readonly #server: LoggedEndpoint;
  #sequence = 0;
  #user = '';

  constructor(service: Service, process: number, sessionId: string, client: LoggedEndpoint, server: LoggedEndpoint) {
    this.service = service;
    this.#process = process;
    this.#sessionId = sessionId;
    this.#client = client;
    this.#server = server;
  }

  /** False once the service has been restarted: nothing more is logged of this connection. */
  get alive(): boolean {
    return this.service.isRunning(this.#process);
  }

  write(step: Step): void {
    if (!this.alive) return;
    this.service.options.log.write(this.row(step));
    this.#sequence += 1;
  }

  row(step: Step): LogRow {
    if (step.user !== undefined) this.#user = step.user;
    return {
      timeMs: this.service.options.rowTime(),
      sessionId: this.#sessionId,
      sequence: this.#sequence,
      server: this.#server,
      client: this.#client,
      user: singleLine(this.#user),
      durationMs: step.durationMs ?? 0,
      received: step.received ?? 0,
      sent: step.sent ?? 0,
      command: step.command,
      parameters: singleLine(step.parameters ?? ''),
      context: singleLine(step.context ?? ''),
      verdict: step.verdict ?? null,
      reason: step.reason ?? null,
    };
  }
}
