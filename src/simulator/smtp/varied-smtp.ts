/** Everything that SMTP logs can hold, for the varied world. */
import { ipv4, ipv6, mappedIpv4, zonedIpv6, type ClientAddress } from '../client-address.ts';
import type { SmtpBehaviour, SmtpDevicePlan } from './smtp-device.ts';
import type { SmtpPlan } from './smtp-world.ts';

const healthUser = 'CONTOSO\\HealthMailbox3f2a9c0d4b7e41f58c6a1b2d3e4f5a6b';

const names = ['EX01', 'EX02', 'EX2010'] as const;

export const variedSmtp: SmtpPlan = {
  servers: [
    { name: 'EX01', address: ipv4('10.0.0.1') },
    { name: 'EX02', address: ipv4('10.0.0.2') },
    { name: 'EX2010', address: ipv4('10.0.0.3'), isOld: true },
  ],
  devices: names.flatMap(devices),
};

function devices(server: string): SmtpDevicePlan[] {
  const device = (
    behaviour: SmtpBehaviour,
    address: ClientAddress,
    rest: Partial<SmtpDevicePlan> = {},
  ): SmtpDevicePlan => ({
    name: `${server}/${behaviour}/${address.logged}`,
    behaviour,
    server,
    address,
    helo: 'SCANNER-2',
    ...rest,
  });
  return [
    device('scan', ipv4('10.1.2.3'), { users: ['CONTOSO\\svc-scan', 'contoso\\SVC-SCAN', 'scan, "2nd floor"'] }),
    device('scan', mappedIpv4('10.1.2.10'), { helo: 'printer.contoso.test', port: 587 }),
    device('scan', ipv6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 0x25), { helo: '[2001:db8::1:0:0:25]', users: ['jürgen'] }),
    device('scan', zonedIpv6(12, 0xfe80, 0, 0, 0, 0, 0, 0, 1), { helo: '😀 copier', users: ['𝒶𝓃𝓃𝒶'] }),
    device('relay', ipv4('10.1.6.1'), {
      helo: 'erp',
      senders: ['erp@contoso.test', 'ERP@contoso.test', 'it, alerts@contoso.test', ''],
    }),
    device('relay', ipv4('10.1.6.2'), {
      helo: '<b>x</b>',
      senders: [`${'long'.repeat(70)}@contoso.test`, '=cmd|calc@x'],
    }),
    device('relay', ipv4('10.1.6.3'), { helo: '' }),
    device('denied', ipv4('9.255.255.255')),
    device('tlsFails', ipv4('10.1.5.1'), { helo: 'old-copier' }),
    device('knock', ipv4('168.63.129.16'), { periodMs: 30_000 }),
    device('probe', ipv4('127.0.0.1'), { users: [healthUser], senders: ['HealthMailbox3f2a@contoso.test'] }),
    device('probe', ipv6(0, 0, 0, 0, 0, 0, 0, 1), {
      users: [healthUser],
      senders: ['inboundproxy@contoso.test', 'MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.test'],
    }),
    ...(server === 'EX2010' ? [] : [device('passedOn', ipv4('10.1.7.1'), { senders: ['device@contoso.test', ''] })]),
  ];
}
