import type { Settings } from '../../config/schema.ts';
import { StateContents } from '../../delivery/kafka/collect/state-contents.ts';
import { UnreadableState } from '../../delivery/kafka/collect/state-record.ts';
import { refusedState } from '../../delivery/kafka/collect/state-refusal.ts';
import { lookAtTopic, type TopicLook } from './topic.ts';

export interface TopicContents {
  readonly contents: StateContents;
  readonly look: TopicLook;
}

/** Everything that is committed to the state topic. Throws a UserError where it cannot be read, or understood. */
export async function readTopic(settings: Settings, signal: AbortSignal): Promise<TopicContents> {
  let contents = new StateContents(0, settings.kafka.group);
  try {
    const look = await lookAtTopic(
      settings,
      (partitions) => {
        contents = new StateContents(partitions, settings.kafka.group);
        return (record) => contents.take(record);
      },
      signal,
    );
    return { contents, look };
  } catch (error) {
    throw error instanceof UnreadableState ? refusedState(settings.kafka.topics.state, error) : error;
  }
}
