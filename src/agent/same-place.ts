import { serverKey } from '../event/server-key.ts';

/**
 * A real path in the one form that stands for its place: an administrative share of this host is its drive, and on
 * Windows case does not matter.
 */
export function placeKey(path: string, hostName: string, isWindows = process.platform === 'win32'): string {
  if (!isWindows) return path;
  const share = /^\\\\(?:\?\\UNC\\)?([^\\]+)\\([a-z])\$(?=\\|$)/i.exec(path);
  const host = share?.[1] ?? '';
  const isOwn = host !== '' && ['LOCALHOST', '127.0.0.1', serverKey(hostName)].includes(serverKey(host));
  const local = share !== null && isOwn ? `${share[2]}:${path.slice(share[0].length)}` : path;
  return local.toLowerCase();
}

/** Whether a place lies in a folder, at any depth. */
export function isInside(place: string, folder: string): boolean {
  const separator = folder.includes('\\') ? '\\' : '/';
  return place.startsWith(folder.endsWith(separator) ? folder : folder + separator);
}
