/**
 * Which partition a client lives in. A wire contract: one client lives in one partition of every topic, so that unique
 * counts over partitions add up. The hash is that of Java's default partitioner, so that other producers can agree.
 */

/** Murmur2 of a text of ASCII characters (a canonical address is one), as a signed 32-bit number. */
export function murmur2(text: string): number {
  const length = text.length;
  let hash = 0x9747b28c ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let word =
      (text.charCodeAt(at) & 0xff) |
      ((text.charCodeAt(at + 1) & 0xff) << 8) |
      ((text.charCodeAt(at + 2) & 0xff) << 16) |
      ((text.charCodeAt(at + 3) & 0xff) << 24);
    word = Math.imul(word, multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  if (at < length) {
    for (let rest = length - 1; rest >= at; rest--) hash ^= (text.charCodeAt(rest) & 0xff) << ((rest - at) * 8);
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

const multiplier = 0x5bd1e995;

/** The partition of a canonical address, of a topic with so many partitions. */
export function partitionOf(address: string, partitions: number): number {
  return (murmur2(address) & 0x7fffffff) % partitions;
}
