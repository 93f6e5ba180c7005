/**
 * One file reached by two ways is one file. Two PATHs mean the same when their real paths do, when device and inode
 * are the same (hard links, bind mounts; an inode of 0 says nothing), or when one is an administrative share of this
 * host (`\\EX01\C$\logs`) and the other its drive (`C:\logs`).
 */
export class SeenFiles {
  readonly #hostName: string;
  readonly #seen = new Set<string>();

  constructor(hostName: string) {
    this.#hostName = hostName;
  }

  /** Whether this is the first way to the file. */
  isNew(realPath: string, device: bigint, inode: bigint): boolean {
    const keys = [`path ${drivePath(realPath, this.#hostName)}`];
    if (inode !== 0n) {
      keys.push(`inode ${device}:${inode}`);
    }
    const isNew = keys.every((key) => !this.#seen.has(key));
    for (const key of keys) this.#seen.add(key);
    return isNew;
  }
}

/** The drive's path of an administrative share of this host, in a spelling to compare; other paths as they are. */
export function drivePath(path: string, hostName: string): string {
  const share = /^[\\/]{2}([^\\/]+)[\\/]([A-Za-z])\$(?=[\\/]|$)(.*)$/s.exec(path);
  const windows = share !== null || /^[A-Za-z]:[\\/]/.test(path);
  if (!windows) {
    return path;
  }
  const isOurs = share !== null && isThisHost(share[1] ?? '', hostName);
  const drive = isOurs ? `${share[2]}:${share[3]}` : path;
  return drive.replaceAll('/', '\\').toLowerCase();
}

function isThisHost(name: string, hostName: string): boolean {
  const wanted = name.toLowerCase();
  const own = hostName.toLowerCase();
  return wanted === own || wanted === own.split('.')[0] || wanted === 'localhost' || wanted === '127.0.0.1';
}
