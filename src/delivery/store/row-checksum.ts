/**
 * SQLite checks the structure of its pages, not what stands in them. Every row that is relied on carries a CRC-32, so
 * that a flipped bit stops the program instead of moving a position or a count.
 */
import { crc32 } from 'node:zlib';

export function rowChecksum(key: string, value: string | Uint8Array): number {
  return crc32(value, crc32(key));
}
