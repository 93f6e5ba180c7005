import { createKafkaCounting, type KafkaCounting } from '../delivery/kafka/collect/collect.ts';
import { systemClock } from '../runtime/clock.ts';
import { clearHeapOften, keepHeapSmall } from '../runtime/heap.ts';
import { startCollecting } from './collecting.ts';
import { kafkaSecurity, requireBrokers } from './kafka-settings.ts';
import { programLogger } from './logging.ts';
import { settingsFrom } from './settings-from.ts';
import { stopAskedFor, untilStopped } from './until-stopped.ts';

export async function collectorCommand(options: Readonly<Record<string, unknown>>): Promise<number> {
  keepHeapSmall();
  clearHeapOften();
  const { settings } = settingsFrom(options);
  const brokers = requireBrokers(settings);
  const security = kafkaSecurity(settings, process.env);
  const logger = programLogger(settings.log);
  return await untilStopped(options, async (signal) => {
    let counting: KafkaCounting | null = null;
    let ready = false;
    await using collecting = await startCollecting({
      settings,
      logger,
      brokered: true,
      gapDirectory: null,
      stuck: () => {
        const refusal = counting?.refusal ?? null;
        return refusal === null ? [] : [refusal];
      },
      unready: () => {
        const status = counting?.status();
        if (ready && status?.connected === true) return [];
        return status === undefined || status.reasons.length === 0 ? ['it is starting'] : status.reasons;
      },
    });
    await using kafka = createKafkaCounting({
      brokers,
      security,
      group: settings.kafka.group,
      topics: settings.kafka.topics,
      committed: collecting.collector,
      reports: collecting.collector.agentBook,
      observer: collecting.observer,
      clock: systemClock,
      logger,
      lateAfterMs: Math.max(...settings.collector.windows.map((window) => window.ms)),
    });
    counting = kafka;
    collecting.collector.countBy(() => kafka.status());
    logger.info({ url: collecting.url, brokers, group: settings.kafka.group }, `serving on ${collecting.url}`);
    const aborted = stopAskedFor(signal);
    await Promise.race([kafka.ready, aborted]);
    ready = true;
    if (!signal.aborted) logger.info({}, 'the state is loaded, counting');
    await aborted;
  });
}
