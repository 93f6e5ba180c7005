/**
 * A seeded world of Exchange servers and the devices that use them. `advanceTo` writes, to real files and in small
 * synchronous steps, all that happens up to a time; `truth` says what a reader of the files must find. The same seed
 * and the same calls give the same bytes.
 *
 * There are two times. Row time stands in the logs. Story time is what devices live by; it runs `pace` times as fast.
 * At pace 1 both are the same.
 */
import { join } from 'node:path';
import { ipv4 } from './client-address.ts';
import { serverAt, type DevicePlan } from './device.ts';
import { dialled } from './dialled.ts';
import { Ledger } from './ledger.ts';
import type { Column } from './log-format.ts';
import type { LoggedProtocol } from './log-row.ts';
import type { OddKind } from './odd-rows.ts';
import { profiles, type Stage } from './profiles.ts';
import { createRandom, type Random } from './random.ts';
import type { WritingStyle } from './rolling-log.ts';
import { Schedule, type Life } from './schedule.ts';
import { bothProtocols, openService, type OpenService, type ServerPlan } from './server.ts';
import type { Connection } from './service.ts';
import { SmtpWorld, type SmtpPlan } from './smtp/smtp-world.ts';
import { writeTruth, type Truth } from './truth.ts';

export interface WorldOptions {
  readonly directory: string;
  readonly seed: number;
  /** Row time and story time at the start, milliseconds since the epoch. */
  readonly startMs: number;
  readonly servers: readonly ServerPlan[];
  readonly devices: readonly DevicePlan[];
  /** Servers and devices that speak SMTP. */
  readonly smtp?: SmtpPlan;
  readonly style?: Partial<WritingStyle>;
  /** About how often one of the services restarts; default never. */
  readonly restartEveryMs?: number;
  /** Goes on from the truth of an earlier world in the same directory. */
  readonly earlier?: Truth | null;
}

const plainStyle: WritingStyle = {
  mode: 'row',
  tornChance: 0,
  lateChance: 0,
  oddChance: 0,
  oddKinds: [],
  headerChance: 0,
};

export function createWorld(options: WorldOptions): World {
  return new World(options);
}

export class World {
  readonly #options: WorldOptions;
  readonly #random: Random;
  readonly #ledger: Ledger;
  readonly #schedule = new Schedule();
  readonly #services = new Map<string, OpenService>();
  readonly #smtp: SmtpWorld;
  #style: WritingStyle;
  #storyMs: number;
  #rowMs: number;
  #pace = 1;
  /** Row time and story time at the last change of pace. */
  #anchor: { readonly rowMs: number; readonly storyMs: number };

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed);
    this.#ledger = new Ledger(options.earlier ?? null);
    this.#style = { ...plainStyle, ...options.style };
    this.#storyMs = options.startMs;
    this.#rowMs = options.startMs;
    this.#anchor = { rowMs: options.startMs, storyMs: options.startMs };
    this.#smtp = new SmtpWorld({
      directory: options.directory,
      plan: options.smtp ?? { servers: [], devices: [] },
      startMs: options.startMs,
      style: this.#style,
      random: this.#random,
      ledger: this.#ledger,
      schedule: this.#schedule,
      rowTime: () => this.#rowMs,
    });
    for (const server of options.servers) this.#openServer(server);
    for (const device of options.devices) this.addDevice(device);
    const { restartEveryMs } = options;
    if (restartEveryMs !== undefined) this.#schedule.add(options.startMs, this.#restartNowAndThen(restartEveryMs));
  }

  /** Row time, milliseconds since the epoch. */
  get nowMs(): number {
    return this.#rowMs;
  }

  get storyMs(): number {
    return this.#storyMs;
  }

  /** Writes everything up to and including this row time. Rows that are torn or late may still be owed: `settle`. */
  advanceTo(rowMs: number): void {
    if (rowMs < this.#rowMs) return;
    const storyMs = this.#anchor.storyMs + (rowMs - this.#anchor.rowMs) * this.#pace;
    this.#schedule.runUntil(storyMs, (atMs) => {
      this.#storyMs = atMs;
      this.#rowMs = Math.floor(this.#anchor.rowMs + (atMs - this.#anchor.storyMs) / this.#pace);
    });
    this.#storyMs = storyMs;
    this.#rowMs = rowMs;
    for (const { logs } of this.#services.values()) for (const log of logs) log.flush();
    this.#smtp.flush();
  }

  advanceBy(durationMs: number): void {
    this.advanceTo(this.#rowMs + durationMs);
  }

  /** From now on `pace` milliseconds of story pass in one of row time. */
  setPace(pace: number): void {
    this.#anchor = { rowMs: this.#rowMs, storyMs: this.#storyMs };
    this.#pace = pace;
  }

  /** From now on rows are written in this way. */
  setStyle(style: Partial<WritingStyle>): void {
    this.#style = { ...this.#style, ...style };
    for (const { logs } of this.#services.values()) for (const log of logs) log.setStyle(this.#style);
    this.#smtp.setStyle(this.#style);
  }

  /** What a reader of all complete rows must find now. */
  truth(): Truth {
    return this.#ledger.truth();
  }

  /** Writes `truth.json` into the world's directory, whole or not at all; answers its path. */
  writeTruth(): string {
    const path = join(this.#options.directory, 'truth.json');
    writeTruth(path, this.truth());
    return path;
  }

  /** Completes what was left torn or held back. */
  settle(): void {
    for (const { logs } of this.#services.values()) for (const log of logs) log.settle();
    this.#smtp.settle();
  }

  /** Settles and closes all files; the world is over. */
  close(): void {
    for (const { logs } of this.#services.values()) for (const log of logs) log.close();
    this.#smtp.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  addDevice(plan: DevicePlan): void {
    const random = this.#random.fork(`device/${plan.name}`);
    const periodMs = plan.periodMs ?? profiles[plan.profile].periodMs;
    const fromMs = plan.fromMs ?? this.#storyMs + random.integer(0, periodMs);
    this.#schedule.add(fromMs, this.#live(plan, random, periodMs));
  }

  /** Path of the front-end file that was written last; null before the first row. */
  currentFile(server: string, protocol: LoggedProtocol): string | null {
    return this.#front(server, protocol).log.path;
  }

  /** The service starts anew: see `Service.restart`. With columns, they hold from here on. */
  restartService(server: string, protocol: LoggedProtocol, columns?: readonly Column[]): void {
    this.#front(server, protocol).service.restart(columns);
  }

  /** The `#` lines again in mid-file; with columns, they hold from here on. */
  repeatHeader(server: string, protocol: LoggedProtocol, columns?: readonly Column[]): void {
    this.#front(server, protocol).log.repeatHeader(this.#rowMs, columns);
  }

  /** The next row opens a new file, whose number skips some: as when somebody holds the file without sharing. */
  jumpNumber(server: string, protocol: LoggedProtocol, by = 1): void {
    this.#front(server, protocol).log.jumpNumber(by);
  }

  /** Writes one odd row now; a kind that counts in full counts for the client 192.0.2.250. */
  writeOdd(server: string, protocol: LoggedProtocol, kind: OddKind): void {
    const { service, log } = this.#front(server, protocol);
    const plan = this.#serverPlan(server);
    const client = { address: ipv4('192.0.2.250'), port: 50_000 };
    const connection = service.connect(client, dialled(plan, protocol, client.address));
    log.writeOdd(kind, connection.row({ command: 'noop', user: 'odd', received: 6, sent: 9, context: 'R=ok' }));
  }

  *#live(plan: DevicePlan, random: Random, periodMs: number): Life {
    const stage = this.#stage(plan, random);
    while (plan.untilMs === undefined || this.#storyMs < plan.untilMs) {
      yield* profiles[plan.profile].session(stage);
      yield Math.round(periodMs * (0.9 + random.next() / 5));
    }
  }

  *#restartNowAndThen(everyMs: number): Life {
    const random = this.#random.fork('restarts');
    const services = [...this.#services.values()];
    for (;;) {
      yield random.integer(everyMs / 2, (everyMs * 3) / 2);
      random.pick(services).service.restart();
    }
  }

  #stage(plan: DevicePlan, random: Random): Stage {
    const users = plan.users ?? [`svc-${plan.name}`];
    let logins = 0;
    const server = (): string => serverAt(plan, this.#storyMs);
    const isOver = (): boolean => plan.untilMs !== undefined && this.#storyMs >= plan.untilMs;
    return {
      plan,
      random,
      connect: () => this.#connect(plan, server(), random),
      hasLeft: (connection) => isOver() || connection.service.options.server !== server(),
      user: () => {
        logins += 1;
        return users[(logins - 1) % users.length] ?? '';
      },
    };
  }

  #connect(plan: DevicePlan, server: string, random: Random): Connection {
    const client = { address: plan.address, port: random.integer(1024, 65_535) };
    const { service } = this.#front(server, plan.protocol);
    return service.connect(client, dialled(this.#serverPlan(server), plan.protocol, plan.address, plan.port));
  }

  #openServer(server: ServerPlan): void {
    for (const protocol of server.protocols ?? bothProtocols) {
      const open = openService({
        directory: this.#options.directory,
        server,
        protocol,
        style: this.#style,
        random: this.#random,
        ledger: this.#ledger,
        rowTime: () => this.#rowMs,
      });
      this.#services.set(`${server.name}/${protocol}`, open);
    }
  }

  #front(server: string, protocol: LoggedProtocol): OpenService & { readonly log: OpenService['logs'][number] } {
    const open = this.#services.get(`${server}/${protocol}`);
    const log = open?.logs[0];
    if (open === undefined || log === undefined) throw new Error(`The world has no ${protocol} service on ${server}.`);
    return { ...open, log };
  }

  #serverPlan(name: string): ServerPlan {
    const plan = this.#options.servers.find((server) => server.name === name);
    if (plan === undefined) throw new Error(`The world has no server ${name}.`);
    return plan;
  }
}
