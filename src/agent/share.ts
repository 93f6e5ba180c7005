import { statfs } from 'node:fs/promises';

/** Magic numbers of network file systems on Linux (statfs(2)): SMB, SMB2, CIFS, NFS, 9p, FUSE (sshfs and others). */
const networkFileSystems: ReadonlySet<number> = new Set([
  0x51_7b, 0xfe_53_4d_42, 0xff_53_4d_42, 0x69_69, 0x01_02_19_97, 0x65_73_55_46,
]);

/**
 * Whether a real path lies on a share: notifications do not come there, and caches answer late. On Windows a mapped
 * drive has the share as its real path.
 */
export async function isOnShare(path: string): Promise<boolean> {
  if (/^(?:\\\\|\/\/)(?![?.][\\/](?!UNC))/i.test(path)) return true;
  if (process.platform !== 'linux') return false;
  try {
    // The type is a signed 32-bit number in places.
    return networkFileSystems.has((await statfs(path)).type >>> 0);
  } catch {
    return false;
  }
}
