import type { CanaryView } from '../views.ts';
import type { CanaryState } from './canary-book.ts';

export function viewCanary({ target, sentAt, returnedAt, tookMs }: CanaryState): CanaryView {
  const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    server: target.server,
    protocol: target.protocol,
    address: target.text,
    sentAt: time(sentAt),
    returnedAt: time(returnedAt),
    tookSeconds: tookMs === null ? null : tookMs / 1000,
  };
}
