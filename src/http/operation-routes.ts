/** What every serving command offers to those who run it: metrics, and whether it lives and is ready. */
import type { MetricRegistry } from '../telemetry/registry.ts';
import { Problem, problemAnswer } from './problem.ts';
import { type HttpAnswer, json } from './answer.ts';
import type { Route } from './route.ts';

export interface Operations {
  readonly registry: MetricRegistry;
  /** Why the process can no longer make progress, in words; empty while it can. */
  readonly stuck: () => readonly string[];
  /** Why it is not ready, in words; empty once it is. */
  readonly unready: () => readonly string[];
}

export function operationRoutes(operations: Operations): readonly Route[] {
  return [
    {
      path: '/metrics',
      parameters: [],
      async answer({ accept }) {
        const { contentType, body } = await operations.registry.scrape(accept);
        return { type: contentType, headers: { Vary: 'Accept' }, body };
      },
    },
    { path: '/livez', parameters: [], answer: () => state('live', operations.stuck()) },
    { path: '/readyz', parameters: [], answer: () => state('ready', operations.unready()) },
  ];
}

function state(word: 'live' | 'ready', reasons: readonly string[]): HttpAnswer {
  if (reasons.length === 0) return json({ status: word });
  return problemAnswer(new Problem(503, `Not ${word}: ${reasons.join('; ')}.`, { members: { reasons } }));
}
