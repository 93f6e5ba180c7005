import type { Status } from '../inventory/status.ts';
import type { Report } from './report.ts';

/**
 * Is it really used? For each server and protocol with rows one sentence, without a full stop; those without any are
 * among the notes. Probes and our own servers are no use.
 */
export function serverVerdicts({ input, clients }: Report): readonly string[] {
  return clients.usage.flatMap(({ server, protocol, clients: byStatus }) => {
    const source = input.servers.find((one) => one.name === server && one.protocol === protocol);
    const last = source?.lastRow ?? null;
    if (last === null) return [];
    const lastRow = `last row ${last.slice(0, 16).replace('T', ' ')} UTC`;
    const used = byStatus.unknown + byStatus.acknowledged + byStatus.known;
    if (used === 0) return [`${server} ${protocol} is used by no client${otherComers(byStatus)}; ${lastRow}`];
    const unknown = byStatus.unknown === 0 ? 'all of them known' : `${count(byStatus.unknown)} of them unknown`;
    return [
      `${server} ${protocol} is used by ${count(used)} ${used === 1 ? 'client' : 'clients'}, ${unknown}; ${lastRow}`,
    ];
  });
}

/** `: only 2 probes came`, or nothing. */
function otherComers({ probe, proxied }: Readonly<Record<Status, number>>): string {
  const others = [
    ...(probe === 0 ? [] : [`${count(probe)} ${probe === 1 ? 'probe' : 'probes'}`]),
    ...(proxied === 0 ? [] : [`${count(proxied)} of our own servers`]),
  ];
  return others.length === 0 ? '' : `: only ${others.join(' and ')} came`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
