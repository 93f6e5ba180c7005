/**
 * An address that the simulator chose, as a number, with the two texts that follow from the choice: the canonical one
 * that an answer must show, and the one that the log holds. Nothing here reads text that a log produced.
 */
export interface ClientAddress {
  readonly family: 4 | 6;
  /** For the order "by number". */
  readonly value: bigint;
  readonly canonical: string;
  /** As it stands in `cIp` and `sIp`, without the port; IPv6 in brackets. */
  readonly logged: string;
}

/** `10.1.2.3` as it stands. */
export function ipv4(text: string): ClientAddress {
  const value = text.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
  return { family: 4, value, canonical: text, logged: text };
}

/** An IPv4 client of a dual-stack socket: logged as `[::ffff:10.1.2.3]`, the same client as `10.1.2.3`. */
export function mappedIpv4(text: string): ClientAddress {
  return { ...ipv4(text), logged: `[::ffff:${text}]` };
}

/** Eight groups; canonical by RFC 5952. */
export function ipv6(...groups: readonly number[]): ClientAddress {
  const canonical = compressed(groups);
  const value = groups.reduce((sum, group) => sum * 65_536n + BigInt(group), 0n);
  return { family: 6, value, canonical, logged: `[${canonical}]` };
}

/** A link-local client, logged with the zone of the server's interface: `[fe80::1%12]`. */
export function zonedIpv6(zone: number, ...groups: readonly number[]): ClientAddress {
  const plain = ipv6(...groups);
  return { ...plain, logged: `[${plain.canonical}%${zone}]` };
}

/** The same IPv6 address in a spelling that nobody recommends: upper case, every group, leading zeros. */
export function longIpv6(...groups: readonly number[]): ClientAddress {
  const long = groups.map((group) => group.toString(16).toUpperCase().padStart(4, '0')).join(':');
  return { ...ipv6(...groups), logged: `[${long}]` };
}

export function compareAddresses(a: ClientAddress, b: ClientAddress): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

/** RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups becomes `::`. */
function compressed(groups: readonly number[]): string {
  if (groups.length !== 8) throw new Error(`An IPv6 address has 8 groups, not ${groups.length}.`);
  let best = { from: 0, length: 1 };
  for (let from = 0; from < 8; from += 1) {
    let length = 0;
    while (from + length < 8 && groups[from + length] === 0) length += 1;
    if (length > best.length) best = { from, length };
  }
  const texts = groups.map((group) => group.toString(16));
  if (best.length < 2) return texts.join(':');
  return `${texts.slice(0, best.from).join(':')}::${texts.slice(best.from + best.length).join(':')}`;
}
