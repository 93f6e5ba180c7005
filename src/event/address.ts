/**
 * Internet addresses as canonical text, the identity of a client: dotted IPv4, RFC 5952 for IPv6, IPv4-mapped IPv6
 * folded to IPv4, no zone, no brackets. Two spellings of one address must never become two clients, and what is no
 * address must never become one. Hand-written because every new connection of every log passes through here.
 */

/** Longest text that can be an address: 45 characters, brackets, and a zone. */
const addressTextMax = 128;
const colon = 58;
const dot = 46;

/** Canonical text of an address as logs and people write it, or null when it is none. Takes no port. */
export function canonicalAddress(text: string): string | null {
  if (text.length < 2 || text.length > addressTextMax) {
    return null;
  }
  if (text.indexOf(':') === -1) {
    const value = ipv4Number(text);
    return value === -1 ? null : formatIpv4(value);
  }
  const groups = parseIpv6(withoutZone(withoutBrackets(text)));
  if (groups === null) {
    return null;
  }
  return isMapped(groups) ? formatIpv4((groups[6] ?? 0) * 0x10000 + (groups[7] ?? 0)) : formatIpv6(groups);
}

/** Whether a text is an address as `canonicalAddress` writes it. */
export function isCanonicalAddress(text: string): boolean {
  // There is one way only to write an IPv4 address.
  return text.indexOf(':') === -1 ? ipv4Number(text) !== -1 : canonicalAddress(text) === text;
}

/** Order of canonical addresses: IPv4 before IPv6, each by number. */
export function compareAddresses(a: string, b: string): number {
  const ipv4A = ipv4Number(a);
  const ipv4B = ipv4Number(b);
  if (ipv4A !== -1 || ipv4B !== -1) {
    if (ipv4A === -1) return 1;
    if (ipv4B === -1) return -1;
    return ipv4A - ipv4B;
  }
  const groupsA = parseIpv6(a);
  const groupsB = parseIpv6(b);
  if (groupsA === null || groupsB === null) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  for (let index = 0; index < 8; index++) {
    const difference = (groupsA[index] ?? 0) - (groupsB[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A text that sorts as an IPv6 address does by number; null when it is none. */
export function ipv6Key(text: string): string | null {
  const groups = parseIpv6(text);
  return groups === null ? null : String.fromCharCode(...groups);
}

/** Whether a canonical address is this host's own loop: 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function withoutBrackets(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
}

/** `fe80::1%12` without its zone; a zone that is blank or holds more than letters and digits spoils the address. */
function withoutZone(text: string): string {
  const percent = text.indexOf('%');
  if (percent === -1) {
    return text;
  }
  for (let at = percent + 1; at < text.length; at++) {
    if (!isLetterOrDigit(text.charCodeAt(at))) return '';
  }
  return percent === text.length - 1 ? '' : text.slice(0, percent);
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** An IPv4 address as a number: four decimal parts without leading zeros (some readers take `010` for 8); else -1. */
export function ipv4Number(text: string): number {
  if (text.length < 7 || text.length > 15) {
    return -1;
  }
  let value = 0;
  let part = -1;
  let parts = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      if (part === 0) return -1;
      part = part === -1 ? code - 48 : part * 10 + code - 48;
      if (part > 255) return -1;
    } else if (code === dot && part !== -1 && parts < 3) {
      value = value * 256 + part;
      part = -1;
      parts++;
    } else {
      return -1;
    }
  }
  return parts === 3 && part !== -1 ? value * 256 + part : -1;
}

/** The eight 16-bit groups, or null. */
function parseIpv6(text: string): number[] | null {
  const groups: number[] = [];
  let gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    const start = at;
    let group = 0;
    for (let digit = hexDigit(text.charCodeAt(at)); digit !== -1; digit = hexDigit(text.charCodeAt(at))) {
      group = group * 16 + digit;
      at++;
      if (at - start > 4) return null;
    }
    if (text.charCodeAt(at) === dot) {
      const ipv4 = ipv4Number(text.slice(start));
      if (ipv4 === -1) return null;
      groups.push(Math.floor(ipv4 / 0x10000), ipv4 % 0x10000);
      break;
    }
    if (at === start) return null;
    groups.push(group);
    if (at === text.length) break;
    if (groups.length === 8 || text.charCodeAt(at) !== colon || at + 1 === text.length) return null;
    at++;
    if (text.charCodeAt(at) === colon) {
      if (gap !== -1) return null;
      gap = groups.length;
      at++;
    }
  }
  return withGapFilled(groups, gap);
}

/** Fills `::` with the zeros it stands for, at least one. */
function withGapFilled(groups: number[], gap: number): number[] | null {
  if (gap === -1) {
    return groups.length === 8 ? groups : null;
  }
  if (groups.length > 7) {
    return null;
  }
  const zeros: number[] = Array.from({ length: 8 - groups.length }, () => 0);
  return [...groups.slice(0, gap), ...zeros, ...groups.slice(gap)];
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function formatIpv6(groups: readonly number[]): string {
  let runStart = -1;
  let runLength = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === 0) end++;
    if (end - start > runLength) {
      runStart = start;
      runLength = end - start;
    }
    start = Math.max(start, end - 1);
  }
  const hex = groups.map((group) => group.toString(16));
  if (runStart === -1) {
    return hex.join(':');
  }
  return `${hex.slice(0, runStart).join(':')}::${hex.slice(runStart + runLength).join(':')}`;
}
