/** Where `inventory propose` takes unknown clients from: a report as JSON, or a running collector. */
import { readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type UnknownClient, unknownOfPage, unknownOfReport } from '../inventory/unknown-clients.ts';
import { UserError } from '../runtime/errors.ts';

const reportBytesMax = 512 * 1024 * 1024;
const answerTimeoutMs = 30_000;
const clientsMax = 100_000;
const clientsAtOnce = 1000;

/** @param source a URL, the path of a JSON report, or `-` for one on standard input */
export async function unknownClientsOf(source: string, standardInput: Readable): Promise<readonly UnknownClient[]> {
  if (/^https?:\/\//i.test(source)) return await askCollector(source);
  const name = source === '-' ? 'Standard input' : source;
  const text = source === '-' ? await readStream(standardInput) : await readReport(source);
  const clients = unknownOfReport(parsed(text));
  if (clients !== null) return clients;
  throw new UserError(`${name} is no report of Straggler as JSON.`, {
    remedy: 'Make one with "straggler report PATH --format json", or name a collector as http://127.0.0.1:9471.',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readReport(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > reportBytesMax) throw tooLarge(path);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The report ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
}

async function readStream(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    pieces.push(Buffer.from(piece as Buffer));
    bytes += (piece as Buffer).length;
    if (bytes > reportBytesMax) throw tooLarge('of standard input');
  }
  return Buffer.concat(pieces).toString('utf8');
}

function tooLarge(name: string): UserError {
  return new UserError(`The report ${name} is larger than 512 MiB.`, {
    remedy: 'Narrow it down with --only unknown, --since or --protocol.',
  });
}

async function askCollector(url: string): Promise<readonly UnknownClient[]> {
  const clients: UnknownClient[] = [];
  let next: string | null = '';
  while (next !== null && clients.length < clientsMax) {
    const page = await askPage(url, next);
    clients.push(...page.clients);
    next = page.next;
  }
  return clients;
}

async function askPage(url: string, cursor: string): Promise<NonNullable<ReturnType<typeof unknownOfPage>>> {
  const address = new URL('api/v1/clients', url.endsWith('/') ? url : `${url}/`);
  const parameters = { status: 'unknown', sort: 'address', limit: String(clientsAtOnce) };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  if (cursor !== '') address.searchParams.set('cursor', cursor);
  let answer: Response;
  try {
    answer = await fetch(address, { signal: AbortSignal.timeout(answerTimeoutMs) });
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } };
    throw new UserError(
      `The collector at ${url} does not answer (${cause?.code ?? cause?.message ?? (error as Error).message}).`,
      {
        remedy: 'Is it running there? "straggler run" and "straggler collector" say at their start where they serve.',
        cause: error,
      },
    );
  }
  const page = answer.ok ? unknownOfPage(parsed(await answer.text())) : null;
  if (page !== null) return page;
  throw new UserError(`What answers at ${url} is no collector of Straggler (status ${answer.status}).`);
}
