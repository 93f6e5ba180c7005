/** The SMTP part of a world: servers with their logs, and the devices that send through them. */
import type { Ledger } from '../ledger.ts';
import type { Random } from '../random.ts';
import type { WritingStyle } from '../rolling-log.ts';
import type { Life, Schedule } from '../schedule.ts';
import { type SmtpDevicePlan, smtpSession } from './smtp-device.ts';
import { SmtpServer, type SmtpServerPlan } from './smtp-server.ts';

export interface SmtpPlan {
  readonly servers: readonly SmtpServerPlan[];
  readonly devices: readonly SmtpDevicePlan[];
}

export interface SmtpWorldSetting {
  readonly directory: string;
  readonly plan: SmtpPlan;
  readonly startMs: number;
  readonly style: WritingStyle;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly schedule: Schedule;
  readonly rowTime: () => number;
}

const defaultPeriodMs = 3 * 60_000;

export class SmtpWorld {
  readonly #servers: ReadonlyMap<string, SmtpServer>;

  constructor(setting: SmtpWorldSetting) {
    const { directory, plan, style, random, ledger, rowTime, schedule, startMs } = setting;
    this.#servers = new Map(
      plan.servers.map((server) => {
        const own = { directory, plan: server, style, random: random.fork(`smtp/${server.name}`), ledger, rowTime };
        return [server.name, new SmtpServer(own)];
      }),
    );
    for (const device of plan.devices) {
      const own = random.fork(`smtp-device/${device.name}`);
      schedule.add(startMs + own.integer(0, device.periodMs ?? defaultPeriodMs), this.#live(device, own));
    }
  }

  setStyle(style: WritingStyle): void {
    for (const server of this.#servers.values()) server.setStyle(style);
  }

  flush(): void {
    for (const { logs } of this.#servers.values()) for (const log of logs) log.flush();
  }

  settle(): void {
    for (const { logs } of this.#servers.values()) for (const log of logs) log.settle();
  }

  close(): void {
    for (const { logs } of this.#servers.values()) for (const log of logs) log.close();
  }

  *#live(plan: SmtpDevicePlan, random: Random): Life {
    const server = this.#servers.get(plan.server);
    const other = [...this.#servers.values()].find((one) => one !== server) ?? server;
    if (server === undefined || other === undefined) throw new Error(`The world has no SMTP server ${plan.server}.`);
    for (let turn = 0; ; turn += 1) {
      yield* smtpSession({ plan, random, server, other, turn });
      yield Math.round((plan.periodMs ?? defaultPeriodMs) * (0.9 + random.next() / 5));
    }
  }
}
