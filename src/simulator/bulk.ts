/**
 * Much log in little time, for benchmarks and load: everyday sessions of many clients, interleaved, in hourly files of
 * standard format. Same seed, same bytes; the truth comes from the same ledger as in a world.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ipv4, ipv6, type ClientAddress } from './client-address.ts';
import { Ledger, type SourceLedger } from './ledger.ts';
import { exchangeFormat, headText } from './log-format.ts';
import { folderName, logName, periodLabel } from './log-name.ts';
import type { LoggedEndpoint, LoggedProtocol, LogRow } from './log-row.ts';
import { createRandom, type Random } from './random.ts';
import { bothProtocols } from './server.ts';
import type { Truth } from './truth.ts';

export interface BulkOptions {
  readonly directory: string;
  readonly seed: number;
  /** Rows in all, spread evenly over servers and protocols. */
  readonly rows: number;
  /** Distinct addresses; each appears as soon as there are sessions enough. Up to 16 million. */
  readonly clients: number;
  /** Names; default EX01, EX02. */
  readonly servers?: readonly string[];
  readonly protocols?: readonly LoggedProtocol[];
  /** Time of the first row, and how long the rows last. */
  readonly startMs: number;
  readonly durationMs: number;
}

interface Step {
  readonly command: string;
  readonly named: boolean;
  readonly parameters: string;
  readonly context: string;
  /** The context as its cell. */
  readonly cell: string;
  readonly verdict: LogRow['verdict'];
  readonly reason: string | null;
}

interface BulkClient {
  readonly endpoint: ClientAddress;
  readonly user: string;
}

interface Session {
  readonly id: string;
  readonly client: LoggedEndpoint;
  readonly user: string;
  readonly steps: readonly Step[];
  sequence: number;
}

const sessionsOpen = 48;
const bufferChars = 1 << 19;

export function writeBulk(options: BulkOptions): Truth {
  const ledger = new Ledger();
  const random = createRandom(options.seed, 'bulk');
  const clients = Array.from({ length: options.clients }, (_, index) => bulkClient(index));
  const servers = options.servers ?? ['EX01', 'EX02'];
  const sources = servers.flatMap((server, index) =>
    (options.protocols ?? bothProtocols).map((protocol) => ({ server, protocol, own: ipv4(`10.255.0.${index + 1}`) })),
  );
  sources.forEach(({ server, protocol, own }, index) => {
    const rows =
      Math.floor((options.rows * (index + 1)) / sources.length) - Math.floor((options.rows * index) / sources.length);
    const log = new BulkLog(options.directory, ledger.open(server, protocol));
    writeSource(log, rows, { options, clients, own, random: random.fork(`${server}/${protocol}`) });
    log.close();
  });
  return ledger.truth();
}

interface Setting {
  readonly options: BulkOptions;
  readonly clients: readonly BulkClient[];
  readonly own: ClientAddress;
  readonly random: Random;
}

function writeSource(log: BulkLog, rows: number, setting: Setting): void {
  const { options, clients, own, random } = setting;
  const { protocol } = log.source;
  const server = { address: own, port: protocol === 'pop3' ? 995 : 993 };
  const open: Session[] = [];
  let sessions = 0;
  for (let row = 0; row < rows; row += 1) {
    if (open.length < sessionsOpen) {
      const client = clients[sessions < clients.length ? sessions : random.integer(0, clients.length - 1)];
      if (client === undefined) throw new Error('Bulk logs need at least one client.');
      sessions += 1;
      open.push(newSession(sessions, client, protocol, random));
    }
    const place = random.integer(0, open.length - 1);
    const session = open[place] as Session;
    log.write(
      options.startMs + Math.floor((options.durationMs * row) / rows),
      server,
      session,
      random.integer(0, 4095),
    );
    if (session.sequence === session.steps.length) {
      open[place] = open[open.length - 1] as Session;
      open.pop();
    }
  }
}

/** The files of one source. Quicker than `RollingLog`, which can do much more. */
class BulkLog {
  readonly source: SourceLedger;
  readonly #folder: string;
  #label = '';
  #labelUntilMs = -Infinity;
  #descriptor: number | null = null;
  #text = '';

  constructor(directory: string, source: SourceLedger) {
    this.source = source;
    this.#folder = join(directory, source.server, folderName(source.protocol));
    mkdirSync(this.#folder, { recursive: true });
  }

  write(timeMs: number, server: LoggedEndpoint, session: Session, bytes: number): void {
    const step = session.steps[session.sequence] as Step;
    const row: LogRow = {
      timeMs,
      sessionId: session.id,
      sequence: session.sequence,
      server,
      client: session.client,
      user: step.named ? session.user : '',
      durationMs: bytes & 127,
      received: bytes & 63,
      sent: bytes,
      command: step.command,
      parameters: step.parameters,
      context: step.context,
      verdict: step.verdict,
      reason: step.reason,
    };
    session.sequence += 1;
    if (timeMs >= this.#labelUntilMs) this.#roll(timeMs);
    this.#text += `${new Date(timeMs).toISOString()},${row.sessionId},${row.sequence},${server.address.logged}:${server.port},${row.client.address.logged}:${row.client.port},${row.user},${row.durationMs},${row.received},${row.sent},${row.command},${row.parameters},${step.cell}\r\n`;
    if (this.#text.length >= bufferChars) this.#flush();
    this.source.enter(row);
  }

  close(): void {
    this.#flush();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #roll(timeMs: number): void {
    const label = periodLabel(timeMs, 'hourly');
    if (label !== this.#label) {
      this.close();
      this.#label = label;
      const { protocol } = this.source;
      this.#descriptor = openSync(join(this.#folder, logName(protocol, false, label, 1)), 'w');
      this.#text = headText(exchangeFormat, protocol, timeMs);
      this.source.files += 1;
    }
    this.#labelUntilMs = (Math.floor(timeMs / 3_600_000) + 1) * 3_600_000;
  }

  #flush(): void {
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    for (let from = 0; from < bytes.length && this.#descriptor !== null;)
      from += writeSync(this.#descriptor, bytes, from);
  }
}

function newSession(number: number, client: BulkClient, protocol: LoggedProtocol, random: Random): Session {
  const kind = random.next();
  const steps = bulkSteps[protocol][kind < 0.05 ? 'lone' : kind < 0.1 ? 'refused' : 'usual'];
  return {
    id: number.toString(16).toUpperCase().padStart(16, '0'),
    client: { address: client.endpoint, port: random.integer(1024, 65_535) },
    user: client.user,
    steps,
    sequence: 0,
  };
}

/** Nine of ten IPv4, in 10.0.0.0/8; the others IPv6. */
function bulkClient(index: number): BulkClient {
  const [high, middle, low] = [(index >> 16) & 255, (index >> 8) & 255, index & 255];
  const address =
    index % 10 === 9 ? ipv6(0x2001, 0xdb8, 0, high, 0, 0, middle, low + 1) : ipv4(`10.${high}.${middle}.${low}`);
  return { endpoint: address, user: index % 7 === 0 ? `CONTOSO\\svc${index}` : `device${index}@contoso.test` };
}

const ok: Pick<Step, 'parameters' | 'context' | 'cell' | 'verdict' | 'reason'> = {
  parameters: '',
  context: 'R=ok',
  cell: 'R=ok',
  verdict: null,
  reason: null,
};
const opening: Step = { ...ok, command: 'OpenSession', named: false, context: '', cell: '' };
const closing: Step = { ...opening, command: 'CloseSession', named: true };
const denied = {
  parameters: '*****',
  context: 'R="-ERR Logon failure: unknown user name or bad password.";ErrMsg=AuthFailed:LogonDenied',
  cell: '"R=""-ERR Logon failure: unknown user name or bad password."";ErrMsg=AuthFailed:LogonDenied"',
  verdict: 'failed',
  reason: 'AuthFailed:LogonDenied',
} as const;

const bulkSteps: Readonly<Record<LoggedProtocol, Readonly<Record<'usual' | 'refused' | 'lone', readonly Step[]>>>> = {
  pop3: {
    usual: [
      opening,
      { ...ok, command: 'user', named: true },
      { ...ok, command: 'pass', named: true, parameters: '*****', verdict: 'succeeded' },
      { ...ok, command: 'stat', named: true },
      { ...ok, command: 'quit', named: true },
      closing,
    ],
    refused: [opening, { ...ok, command: 'user', named: true }, { ...denied, command: 'pass', named: true }, closing],
    lone: [opening],
  },
  imap4: {
    usual: [
      opening,
      { ...ok, command: 'capability', named: false },
      { ...ok, command: 'login', named: true, parameters: '*****', verdict: 'succeeded' },
      { ...opening, command: 'proxy', named: true, parameters: 'ex.contoso.test:1993:SSL' },
      { ...opening, command: 'proxy', named: true, parameters: 'ex.contoso.test:1993:SSL' },
      { ...ok, command: 'logout', named: true },
      closing,
    ],
    refused: [opening, { ...denied, command: 'login', named: true }, closing],
    lone: [opening],
  },
};
