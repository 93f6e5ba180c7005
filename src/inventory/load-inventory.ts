import { readFile, stat } from 'node:fs/promises';

import { UserError } from '../runtime/errors.ts';
import type { Inventory } from './inventory.ts';
import { parseInventory } from './parse-inventory.ts';
import type { InventoryProblem, ParsedInventory } from './parse-inventory.ts';

const inventoryBytesMax = 64 * 1024 * 1024;
/** A file of another kind has thousands; the first ones say enough. */
const problemsShownMax = 20;

/** Reads the known clients from a file; throws a UserError that names everything that is wrong with it. */
export async function loadInventory(path: string): Promise<Inventory> {
  const { inventory, problems } = await readInventory(path);
  if (problems === undefined) return inventory;
  throw new UserError(describe(path, problems), {
    remedy: 'Correct these lines; until then no line of the file is used.',
  });
}

/** What a file says, with its problems; a UserError only where it cannot be read at all. */
export async function readInventory(path: string): Promise<ParsedInventory> {
  return parseInventory(decode(path, await read(path)));
}

async function read(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > inventoryBytesMax) throw new UserError(`The inventory ${path} is larger than 64 MiB.`);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a folder, not a file',
      EACCES: 'may not be read by this user',
    };
    throw new UserError(`The inventory ${path} ${reasons[code ?? ''] ?? `cannot be read (${code})`}.`, {
      remedy: 'Name a CSV file of known clients, its first line cidr,label,owner,contact,expires,state,note.',
      retryable: true,
      cause,
    });
  }
}

/** UTF-8, or the UTF-16 that Windows PowerShell and Excel write, known by its mark. */
function decode(path: string, bytes: Buffer): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`The inventory ${path} is not UTF-8 text.`, { remedy: 'Save it as UTF-8.', cause });
  }
}

function describe(path: string, problems: readonly InventoryProblem[]): string {
  const shown = problems.slice(0, problemsShownMax).map(({ line, text }) => `  line ${line}: ${text}`);
  if (problems.length > problemsShownMax) shown.push(`  and ${problems.length - problemsShownMax} more`);
  return [`The inventory ${path} cannot be used:`, ...shown].join('\n');
}
