import { readFileSync } from 'node:fs';

/** systemd's and D-Bus's id of this installation; blank where there is none (Windows, small containers). */
export function machineId(): string {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      // The next one, or none.
    }
  }
  return '';
}
