/** A world with everything in it that the logs of these protocols can hold: the usual subject of exactness tests. */
import { ipv4, ipv6, longIpv6, mappedIpv4, zonedIpv6, type ClientAddress } from './client-address.ts';
import type { DevicePlan } from './device.ts';
import { columnsWithPuid, reorderedColumns } from './log-format.ts';
import type { LoggedProtocol } from './log-row.ts';
import { badKinds, tolerableKinds } from './odd-rows.ts';
import type { WritingStyle } from './rolling-log.ts';
import { bothProtocols, type ServerPlan } from './server.ts';
import { variedSmtp } from './smtp/varied-smtp.ts';
import type { WorldOptions } from './world.ts';

const healthUser = 'HealthMailbox3f2a9c0d4b7e41f58c6a1b2d3e4f5a6b@contoso.test';

const variedServers: readonly ServerPlan[] = [
  { name: 'EX01', ipv4: ipv4('10.0.0.1'), ipv6: ipv6(0xfd00, 0, 0, 0, 0, 0, 0, 1) },
  {
    name: 'EX02',
    ipv4: ipv4('10.0.0.2'),
    ipv6: ipv6(0xfd00, 0, 0, 0, 0, 0, 0, 2),
    okText: 'OK',
    format: { columns: columnsWithPuid, version: '15.2.1748.10' },
  },
  {
    name: 'EX2010',
    ipv4: ipv4('10.0.0.3'),
    rollOver: 'daily',
    quotaBytes: 200_000,
    backEnd: false,
    logsCommands: true,
    format: { newline: '\n', byteOrderMark: true, header: 'fields', version: '14.0.0.0' },
  },
  {
    name: 'EX-BARE',
    ipv4: ipv4('10.0.0.5'),
    protocols: ['pop3'],
    rollOver: 'monthly',
    backEnd: false,
    format: { header: 'none' },
  },
  { name: 'EX-ODD', ipv4: ipv4('10.0.0.4'), rollOver: 'weekly', okText: 'Ok', format: { columns: reorderedColumns } },
];

/** Torn, late and odd rows and changed headers, all of them now and then. */
export const roughStyle: Partial<WritingStyle> = {
  tornChance: 0.05,
  lateChance: 0.2,
  oddChance: 0.02,
  headerChance: 0.001,
  oddKinds: [...badKinds.filter((kind) => kind !== 'too long'), ...tolerableKinds],
};

/** Some thousand rows an hour. */
export function variedWorld(
  options: Pick<WorldOptions, 'directory' | 'seed' | 'startMs'> & { readonly style?: Partial<WritingStyle> },
): WorldOptions {
  const devices = variedServers.flatMap((server) =>
    (server.protocols ?? bothProtocols).flatMap((protocol) => variedDevices(server.name, protocol)),
  );
  return { ...options, servers: variedServers, devices, smtp: variedSmtp, restartEveryMs: 20 * 60_000 };
}

/** One device of every profile, and every kind of address and user name, for one server and protocol. */
function variedDevices(server: string, protocol: LoggedProtocol): DevicePlan[] {
  const plainPort = protocol === 'pop3' ? 110 : 143;
  const device = (
    profile: DevicePlan['profile'],
    address: ClientAddress,
    rest: Partial<DevicePlan> = {},
  ): DevicePlan => ({
    name: `${server}/${protocol}/${profile}/${address.logged}`,
    profile,
    protocol,
    server,
    address,
    users: ['svc-scan1'],
    ...rest,
  });
  return [
    device('poll', ipv4('10.1.2.3')),
    device('poll', ipv4('10.1.2.10'), {
      users: ['CONTOSO\\Anna.Berg', 'contoso\\anna.berg', 'anna.berg@contoso.test'],
    }),
    device('poll', mappedIpv4('10.1.2.10'), { users: ['CONTOSO\\ANNA.BERG'], port: plainPort }),
    device('poll', ipv6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 0x25), {
      users: ['jürgen.groß@contoso.test', 'JÜRGEN.GROß@contoso.test'],
    }),
    device('poll', longIpv6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 0x25), { users: ['𝒶𝓃𝓃𝒶', 'Ａnna', 'Łukasz'] }),
    device('poll', zonedIpv6(12, 0xfe80, 0, 0, 0, 0, 0, 0, 1), {
      users: ['Scan, "2nd floor"', 'semi;colon', "o'neill"],
    }),
    device('poll', zonedIpv6(7, 0xfe80, 0, 0, 0, 0, 0, 0, 1), { users: ['odd\r\nname', '=cmd|calc', '<b>bold</b>'] }),
    device('poll', ipv4('10.1.9.9'), { users: Array.from({ length: 23 }, (_, index) => `user${index}@contoso.test`) }),
    device('poll', ipv4('10.1.9.10'), { users: [`${'long'.repeat(70)}@contoso.test`, '😀'.repeat(300)] }),
    device('idle', ipv4('10.1.3.1'), { users: ['phone'] }),
    device('idle', ipv6(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), { users: ['contoso/tablet'] }),
    device('busy', ipv4('10.1.3.2'), { users: ['archive'] }),
    device('fail', ipv4('9.255.255.255'), { users: ['wrong', 'contoso\\svc\\shared'] }),
    device('mistype', ipv4('100.64.0.1'), { users: ['clumsy'] }),
    ...(protocol === 'pop3'
      ? [device('plainText', ipv4('10.1.4.1'), { port: plainPort, users: ['old-printer'] })]
      : []),
    device('listing', ipv4('10.1.4.2'), { port: plainPort }),
    device('openOnly', ipv4('10.1.5.1'), { port: plainPort }),
    device('knock', ipv4('168.63.129.16')),
    device('probe', ipv4('127.0.0.1'), { users: [healthUser, `CONTOSO\\${healthUser}`] }),
    device('probe', ipv6(0, 0, 0, 0, 0, 0, 0, 1), { users: [healthUser] }),
    device('poll', ipv4('127.0.0.1'), { users: ['app-on-host'] }),
    device('poll', ipv4(server === 'EX01' ? '10.0.0.2' : '10.0.0.1'), { users: ['mailbox-a', 'mailbox-b'] }),
  ];
}
