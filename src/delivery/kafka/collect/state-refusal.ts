import { UserError } from '../../../runtime/errors.ts';
import type { UnreadableState } from './state-record.ts';

/** Why a state topic cannot be used that holds such a record. */
export function refusedState(topic: string, error: UnreadableState): UserError {
  const remedy = error.newer
    ? 'Update this program: another collector of the group is newer.'
    : 'Something else wrote to the topic. Give the group a state topic of its own, and read the events again.';
  return new UserError(`the state topic ${topic} holds ${error.message}`, { remedy });
}
