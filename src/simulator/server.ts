import { join } from 'node:path';
import { ipv4, type ClientAddress } from './client-address.ts';
import type { SourceLedger, Ledger } from './ledger.ts';
import { exchangeFormat, type LogFormat } from './log-format.ts';
import { folderName, type RollOver } from './log-name.ts';
import type { LoggedProtocol } from './log-row.ts';
import type { Random } from './random.ts';
import { RollingLog, type LogWitness, type WritingStyle } from './rolling-log.ts';
import { Service } from './service.ts';

/** An Exchange server: where it listens and how it writes its logs. */
export interface ServerPlan {
  /** Name of its folder; a single label in upper case is also its key in every answer. */
  readonly name: string;
  readonly ipv4?: ClientAddress;
  readonly ipv6?: ClientAddress;
  readonly protocols?: readonly LoggedProtocol[];
  readonly rollOver?: RollOver;
  readonly quotaBytes?: number;
  readonly format?: Partial<LogFormat>;
  /** How it spells success in `R=`. */
  readonly okText?: string;
  /** A back end that logs into the same folder. Default true. */
  readonly backEnd?: boolean;
  /** Exchange 2010: single commands are logged. Default false. */
  readonly logsCommands?: boolean;
}

export const bothProtocols: readonly LoggedProtocol[] = ['imap4', 'pop3'];

export interface ServiceSetting {
  readonly directory: string;
  readonly server: ServerPlan;
  readonly protocol: LoggedProtocol;
  readonly style: WritingStyle;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly rowTime: () => number;
}

export interface OpenService {
  readonly service: Service;
  readonly logs: readonly RollingLog[];
}

/** Opens a service with its logs in `DIRECTORY/SERVER/Pop3` or `Imap4`. */
export function openService(setting: ServiceSetting): OpenService {
  const { server, protocol, ledger, rowTime } = setting;
  const source = ledger.open(server.name, protocol);
  const log = openLog(setting, false, frontWitness(source));
  const backLog = server.backEnd === false ? null : openLog(setting, true, backWitness(source));
  const common = {
    server: server.name,
    protocol,
    ownAddress: ownAddress(server),
    okText: server.okText ?? 'ok',
    logsCommands: server.logsCommands ?? false,
    rowTime,
  };
  const backEnd = backLog === null ? null : new Service({ ...common, log: backLog, backEnd: null });
  const service = new Service({ ...common, log, backEnd });
  return { service, logs: backLog === null ? [log] : [log, backLog] };
}

export function ownAddress(server: ServerPlan): ClientAddress {
  return server.ipv4 ?? ipv4('10.0.0.1');
}

function openLog(setting: ServiceSetting, backEnd: boolean, witness: LogWitness): RollingLog {
  const { directory, server, protocol, style, random } = setting;
  return new RollingLog({
    folder: join(directory, server.name, folderName(protocol)),
    protocol,
    backEnd,
    rollOver: server.rollOver ?? 'hourly',
    quotaBytes: server.quotaBytes ?? null,
    format: { ...exchangeFormat, ...server.format },
    style,
    random: random.fork(`${server.name}/${protocol}/${backEnd ? 'back' : 'front'}`),
    witness,
  });
}

function frontWitness(source: SourceLedger): LogWitness {
  return {
    file: () => {
      source.files += 1;
    },
    row: (row) => source.enter(row),
    badRow: (kind) => source.enterBadRow(kind),
    tolerableRow: (kind) => {
      if (kind === 'unreadable sizes') source.unreadableSizes += 1;
      if (kind === 'extra columns') source.rowsWithExtraColumns += 1;
      if (kind === 'NUL head') source.rowsWithNulHead += 1;
    },
  };
}

function backWitness(source: SourceLedger): LogWitness {
  return {
    file: () => {
      source.backEndFiles += 1;
    },
    row: () => {
      source.backEndRows += 1;
    },
    badRow: () => undefined,
    tolerableRow: () => undefined,
  };
}
