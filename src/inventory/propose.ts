/**
 * Lines for an inventory, one for each unknown client: what the logs know stands in the note, what only people know
 * stays blank. Whatever a log held, the lines can be read as an inventory, and a spreadsheet computes nothing of them.
 */
import { stringify } from 'csv-stringify/sync';
import { cutText } from '../event/cut-text.ts';
import { csvText } from '../sighting/csv-text.ts';
import type { Inventory } from './inventory.ts';
import type { InventoryColumn } from './parse-inventory.ts';
import type { UnknownClient } from './unknown-clients.ts';

const usersShown = 3;

/** The lines, each with its end, without a header; clients that the inventory knows by now are left out. */
export function proposedLines(
  clients: readonly UnknownClient[],
  columns: readonly InventoryColumn[],
  inventory: Inventory,
  nowMs: number,
): string {
  return clients.map((client) => proposedLine(client, columns, inventory, nowMs)).join('');
}

function proposedLine(
  client: UnknownClient,
  columns: readonly InventoryColumn[],
  inventory: Inventory,
  nowMs: number,
): string {
  const { status, entry, reason } = inventory.standing(client.address, nowMs);
  if (status !== 'unknown') return '';
  // A second line for the same addresses would be refused: the date is what has to change.
  if (entry !== null) return `# ${client.address} is unknown because ${reason}: see line ${entry.line}\n`;
  const cells: Partial<Record<InventoryColumn, string>> = { cidr: client.address, state: 'known', note: note(client) };
  return stringify([columns.map((column) => cells[column] ?? '')]);
}

function note({ places, users, hints, lastSeen }: UnknownClient): string {
  const more = users.length > usersShown ? ` and ${users.length - usersShown} more` : '';
  const parts = [
    `last seen ${lastSeen.slice(0, 10)} on ${places.join(' ')}`,
    users.length === 0 ? 'no user' : `users ${users.slice(0, usersShown).join(' ')}${more}`,
    ...hints,
  ];
  return cutText(csvText(parts.join(', ').toWellFormed())).trim();
}
