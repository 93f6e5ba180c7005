import type { Route } from '../../http/route.ts';
import type { CollectorViews } from '../views.ts';

export function pageRoutes(views: CollectorViews, version: string): readonly Route[] {
  return [
    {
      path: '/',
      parameters: ['wall'],
      answer: () => ({ type: 'text/plain; charset=utf-8', body: `Straggler ${version}: ${views.summary().verdict}\n` }),
    },
  ];
}
