import { serverKey } from '../event/server-key.ts';

/** `--server NAME=PATH`: what lies at or under the path is of this server. */
export interface ServerAssignment {
  readonly name: string;
  readonly path: string;
}

export interface ServerOfFile {
  /** Key of the server. */
  readonly server: string;
  /** Nothing named a server, so it is this host's name: somebody should be told of `--server`. */
  readonly isFallback: boolean;
}

/** Folders of an Exchange installation on the way from a log file up to what may be named after its server. */
const exchangeFolders: ReadonlySet<string> = new Set(
  (
    'Pop3 Imap4 SmtpReceive MessageTracking ProtocolLog Hub FrontEnd Edge Mailbox Logs TransportRoles Logging V14 V15 ' +
    'Microsoft'
  )
    .toLowerCase()
    .split(' ')
    .concat('exchange server', 'program files'),
);

const driveShape = /^[A-Za-z]:$/;

/**
 * The server of a log file, first that fits: an assignment (the longest path wins), the host of a UNC path, the folder
 * above the folders of an Exchange installation, this host's name.
 *
 * @param path the path that was passed, a folder or the file itself, absolute
 * @param file the file's absolute path
 */
export function serverOfFile(
  path: string,
  file: string,
  assignments: readonly ServerAssignment[],
  hostName: string,
): ServerOfFile {
  const name = assignedName(file, assignments) ?? uncHost(file) ?? uncHost(path) ?? namedFolder(file);
  const key = name === null ? '' : serverKey(name);
  return key === '' ? { server: serverKey(hostName), isFallback: true } : { server: key, isFallback: false };
}

function assignedName(file: string, assignments: readonly ServerAssignment[]): string | null {
  const fileParts = comparable(file);
  let best: { name: string; length: number } | null = null;
  for (const { name, path } of assignments) {
    const parts = comparable(path);
    const fits = parts.every((part, index) => part === fileParts[index]);
    if (fits && (best === null || parts.length > best.length)) {
      best = { name, length: parts.length };
    }
  }
  return best?.name ?? null;
}

/** `\\EX01\C$\…` is of EX01; `\\?\C:\…` and `\\.\…` are this host's, `\\?\UNC\EX01\…` is EX01's. */
function uncHost(path: string): string | null {
  const match = /^(?:\\\\|\/\/)(?:\?[\\/]UNC[\\/])?([^\\/]+)[\\/]/i.exec(path);
  const host = match?.[1];
  return host === undefined || host === '?' || host === '.' ? null : host;
}

function namedFolder(file: string): string | null {
  const folders = partsOf(file).slice(0, -1);
  for (let index = folders.length - 1; index >= 0; index--) {
    const folder = folders[index] ?? '';
    if (exchangeFolders.has(folder.toLowerCase())) continue;
    return index === folders.length - 1 || driveShape.test(folder) ? null : folder;
  }
  return null;
}

/** Parts of a path, without the marks of an extended-length path. */
function partsOf(path: string): string[] {
  return path.split(/[\\/]/).filter((part, index) => part !== '' && part !== '.' && !(part === '?' && index < 4));
}

/** Parts for comparison: without regard to case where the path is a Windows one. */
function comparable(path: string): string[] {
  const parts = partsOf(path);
  const isWindows = path.includes('\\') || driveShape.test(parts[0] ?? '');
  return isWindows ? parts.map((part) => part.toLowerCase()) : parts;
}
