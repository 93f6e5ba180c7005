import type { StragglerProcess } from '../processes/straggler-process.ts';

/** The sum of all series of a metric by now; 0 while there is none. */
export async function metricSum(program: StragglerProcess, name: string): Promise<number> {
  const text = await (await program.get('/metrics')).text();
  let sum = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
