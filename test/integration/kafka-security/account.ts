/** One account at a secured broker: its configuration file, and the line's programs run under it. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const start = fileURLToPath(new URL('../../../src/start.js', import.meta.url));

export interface KafkaSection {
  readonly brokers: readonly string[];
  readonly tls?: Readonly<Record<string, unknown>>;
  readonly sasl?: Readonly<Record<string, unknown>>;
  readonly group?: string;
}

/** Writes a configuration file and answers its path. */
export function configuration(folder: string, name: string, kafka: KafkaSection): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify({ kafka }));
  return file;
}

/** Writes a secret and answers its path. */
export function secretFile(folder: string, name: string, secret: string): string {
  const file = join(folder, name);
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return file;
}

export interface Said {
  readonly code: number | null;
  readonly text: string;
}

/** Runs a command to its end. */
export async function run(environment: Readonly<Record<string, string>>, ...own: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [start, ...own], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text };
}
