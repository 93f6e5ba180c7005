/** `straggler inventory check` and `inventory propose`. Neither ever writes to the inventory: that file is people's. */
import { inventoryColumns, type ParsedInventory } from '../inventory/parse-inventory.ts';
import { emptyInventory } from '../inventory/inventory.ts';
import { readInventory } from '../inventory/load-inventory.ts';
import { proposedLines } from '../inventory/propose.ts';
import { reviewInventory } from '../inventory/review.ts';
import { systemClock } from '../runtime/clock.ts';
import { UserError } from '../runtime/errors.ts';
import { visibleText } from '../runtime/visible-text.ts';
import { findingLines } from './finding.ts';
import { unknownClientsOf } from './unknown-source.ts';

const problemsShownMax = 200;

/** Exit status 2 when the file cannot be used. */
export async function checkInventoryCommand(path: string): Promise<number> {
  const { inventory, problems } = await readInventory(path);
  if (problems !== undefined) {
    for (const { line, text } of problems.slice(0, problemsShownMax)) {
      say({ verdict: 'problem', text: `line ${line}: ${text}` });
    }
    const hidden = problems.length - problemsShownMax;
    if (hidden > 0) say({ verdict: 'problem', text: `and ${hidden} more` });
    return 2;
  }
  for (const { line, text } of reviewInventory(inventory, systemClock.now())) {
    say({ verdict: 'warning', text: `line ${line}: ${text}` });
  }
  const acknowledged = inventory.entries.filter(({ state }) => state === 'acknowledged').length;
  const known = inventory.entries.length - acknowledged;
  say({ verdict: 'ok', text: `${path} can be used: ${known} known, ${acknowledged} acknowledged` });
  return 0;
}

function say(finding: Parameters<typeof findingLines>[0]): void {
  process.stdout.write(findingLines({ ...finding, text: visibleText(finding.text) }));
}

/** With an inventory the lines fit below it, in its columns and without a header. */
export async function proposeInventoryCommand(source: string, inventoryPath: string | undefined): Promise<number> {
  const { inventory, columns } = await inventoryAt(inventoryPath);
  const clients = await unknownClientsOf(source, process.stdin);
  const lines = proposedLines(clients, columns, inventory, systemClock.now());
  if (inventoryPath === undefined) process.stdout.write(`${inventoryColumns.join(',')}\n`);
  process.stdout.write(lines);
  const count = lines.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  process.stderr.write(`straggler: ${count} of ${clients.length} unknown clients proposed; look at each of them\n`);
  return 0;
}

async function inventoryAt(path: string | undefined): Promise<Extract<ParsedInventory, { problems?: undefined }>> {
  if (path === undefined) return { inventory: emptyInventory, columns: inventoryColumns };
  const parsed = await readInventory(path);
  if (parsed.problems === undefined) return parsed;
  throw new UserError(`The inventory ${path} cannot be used.`, {
    remedy: `"straggler inventory check ${path}" says why.`,
  });
}
