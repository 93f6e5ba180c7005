/**
 * Ranges of addresses that somebody searches for: a CIDR, `10.1.2.10-10.1.2.20`. The same ones as everywhere in the
 * program, as keys that compare with those of the rows: IPv4 before IPv6, each by number.
 */
const octet = String.raw`(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const ipv4Text = new RegExp(`^${octet}\\.${octet}\\.${octet}\\.${octet}$`);

/** @returns {{ bits: 32 | 128, value: bigint } | null} */
function addressOf(text) {
  const ipv4 = ipv4Text.exec(text);
  if (ipv4 !== null) return { bits: 32, value: ipv4.slice(1).reduce((value, part) => value * 256n + BigInt(part), 0n) };
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  const [, address = ''] = /^([0-9a-f:.]*:[0-9a-f:.]*)(?:%[0-9a-z]+)?$/i.exec(bare) ?? [];
  // The browser itself reads IPv6, as the host of an address that nobody asks for anything.
  if (address === '' || !URL.canParse(`ws://[${address}]/`)) return null;
  const [head = '', tail] = new URL(`ws://[${address}]/`).hostname.slice(1, -1).split('::');
  const groups = (part) => (part === '' || part === undefined ? [] : part.split(':'));
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0');
  const all = [...groups(head), ...zeros, ...groups(tail)];
  const value = all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function addressKey(bits, value) {
  const number = bits === 32 ? (1n << 128n) + value : value;
  return (bits === 32 ? '4:' : '6:') + number.toString(16).padStart(33, '0');
}

/** The keys of its ends, null for what is no CIDR and no range. */
// oxlint-disable-next-line no-unused-vars -- report.js searches by it, which stands behind it in the page
function rangeOf(text) {
  const [from, to, ...more] = text.split('-').map((part) => part.trim());
  if (to !== undefined) {
    const [first, last] = [addressOf(from), addressOf(to)];
    if (more.length > 0 || first === null || last === null) return null;
    if (first.bits !== last.bits || first.value > last.value) return null;
    return { first: addressKey(first.bits, first.value), last: addressKey(last.bits, last.value) };
  }
  const [written, length = '', ...rest] = from.split('/');
  const address = addressOf(written);
  if (address === null || rest.length > 0 || !/^\d{1,3}$/.test(length)) return null;
  const { bits, value } = address;
  // Of a mapped address the length is that of IPv6.
  const prefix = Number(length) - (bits === 32 && written.includes(':') ? 96 : 0);
  if (prefix < 0 || prefix > bits) return null;
  const hosts = (1n << BigInt(bits - prefix)) - 1n;
  return (value & hosts) === 0n ? { first: addressKey(bits, value), last: addressKey(bits, value + hosts) } : null;
}
