import type { Settings } from '../config/schema.ts';
import { UserError } from '../runtime/errors.ts';

/** The brokers of the settings; a UserError when there are none. */
export function requireBrokers(settings: Settings): readonly string[] {
  if (settings.kafka.brokers.length === 0) {
    throw new UserError('No broker was named.', {
      remedy:
        'Give --brokers HOST:PORT,… or kafka.brokers; without Kafka, "straggler run" does both jobs in one process.',
    });
  }
  return settings.kafka.brokers;
}
