/** Where things stand in a PE file (Windows executable), from Microsoft's "PE Format". */
const headerOffset = 0x3c;
const optionalHeader = 24;
const magic64 = 0x20b;
/** Entry 4 of the data directories of a 64-bit image: the certificate table, whose address is an offset in the file. */
const certificates = optionalHeader + 112 + 4 * 8;

/**
 * A Windows executable without its signature, which holds no longer once anything is added to it: no signature is
 * judged better than a broken one. What has none is returned as it is.
 */
export function unsigned(executable: Buffer): Buffer {
  const header = executable.readUInt32LE(headerOffset);
  if (executable.toString('latin1', header, header + 4) !== 'PE\0\0')
    throw new Error('this is no executable of Windows');
  if (executable.readUInt16LE(header + optionalHeader) !== magic64) throw new Error('this is no 64-bit executable');
  const start = executable.readUInt32LE(header + certificates);
  const length = executable.readUInt32LE(header + certificates + 4);
  if (length === 0) return executable;
  if (start + length !== executable.length) throw new Error('the signature does not stand at the end');
  const rest = Buffer.from(executable.subarray(0, start));
  rest.writeBigUInt64LE(0n, header + certificates);
  return rest;
}
