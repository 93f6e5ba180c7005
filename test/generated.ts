/**
 * `npm run generate` writes the files that are made from code; `npm run check:generated` (`--check`) fails when one of
 * them is not what the code makes. Both are for people who edit: nothing reads these files' sources at run time.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { wall } from '../grafana/wall.ts';
import { eventJsonSchema } from '../src/event/schema.ts';
import { storyInventoryCsv } from '../src/simulator/story-inventory.ts';
import { catalogue } from '../src/telemetry/catalogue.ts';

interface Generated {
  /** Path below the top of the repository. */
  readonly file: string;
  readonly generate: () => string;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** No entry of a committed inventory may run out while somebody tries it. */
const farFuture = Date.UTC(2099, 0, 1);

/** The metric catalogue as a page for those who write queries. */
function metricsPage(): string {
  const rows = Object.entries(catalogue).map(([name, { type, labels, help }]) => {
    const own = Object.entries(labels).map(([label, words]) =>
      words === 'open' ? `\`${label}\`` : `\`${label}\` (${words.join(', ')})`,
    );
    return `| \`straggler_${name}\` | ${type} | ${own.join('; ')} | ${help} |`;
  });
  const intro = [
    '# Metrics',
    '',
    "What `run`, `demo` and `collector` answer at `/metrics`, besides prom-client's `process_*` and `nodejs_*`. An agent's",
    'own endpoint has its part of them with the prefix `straggler_local_`. Made from `src/telemetry/catalogue.ts`.',
    '',
  ];
  return `${[...intro, '| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}

export const generated: readonly Generated[] = [
  { file: 'deploy/compose/known-clients.csv', generate: () => storyInventoryCsv(farFuture) },
  { file: 'deploy/prometheus/METRICS.md', generate: metricsPage },
  { file: 'grafana/dashboards/wall.json', generate: () => json(wall) },
  { file: 'src/event/connection-event.schema.json', generate: () => json(eventJsonSchema()) },
];

function pathOf(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url));
}

async function contentOf(file: string): Promise<string | null> {
  return await readFile(pathOf(file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Files that are not what the code makes. */
async function stale(): Promise<Generated[]> {
  const same = await Promise.all(generated.map(async ({ file, generate }) => (await contentOf(file)) === generate()));
  return generated.filter((_, index) => same[index] !== true);
}

if (import.meta.main) {
  const files = await stale();
  const names = files.map(({ file }) => file).join(', ');
  if (!process.argv.includes('--check')) {
    await Promise.all(files.map(async ({ file, generate }) => await writeFile(pathOf(file), generate())));
    console.log(files.length === 0 ? 'All generated files were up to date.' : `Written: ${names}`);
  } else if (files.length > 0) {
    console.error(`Generated files differ from what the code makes: ${names}. Run "npm run generate" and commit them.`);
    process.exitCode = 1;
  }
}
