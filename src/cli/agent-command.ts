import { Agent } from '../agent/agent.ts';
import { LetterBox } from '../delivery/dead-letters/letter-box.ts';
import { openKafkaDelivery } from '../delivery/kafka/open-agent-delivery.ts';
import { clearHeapOften, keepHeapSmall } from '../runtime/heap.ts';
import { userPrivacy } from '../exchange-log/user-privacy.ts';
import { programLogger } from './logging.ts';
import { AgentOwnReports, serveAgent } from './agent-server.ts';
import { followingOf } from './following.ts';
import { kafkaSecurity, requireBrokers } from './kafka-settings.ts';
import { settingsFrom } from './settings-from.ts';
import { stateDirectoryOf } from './state-directory.ts';
import { stopAskedFor, untilStopped } from './until-stopped.ts';
import { version } from './version.ts';

const heartbeatMs = 10_000;
/** A slice that the outbox has no room for does not come back while the broker is away; it is read again. */
const handedOverWaitMs = 1500;

export async function agentCommand(
  paths: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  keepHeapSmall();
  clearHeapOften();
  const { settings } = settingsFrom(options, paths);
  const brokers = requireBrokers(settings);
  const security = kafkaSecurity(settings, process.env);
  const following = followingOf(settings);
  const logger = programLogger(settings.log);
  return await untilStopped(options, async (signal) => {
    const crashed = new AbortController();
    const stop = AbortSignal.any([signal, crashed.signal]);
    const stateDirectory = stateDirectoryOf(settings, 'agent');
    await using letterBox = new LetterBox({ stateDirectory, agentName: following.name, logger });
    await using side = await openKafkaDelivery({
      connection: { brokers, security, clientId: `straggler-agent-${following.name}` },
      topics: settings.kafka.topics,
      stateDirectory,
      programVersion: version,
      agentName: following.name,
      compression: settings.kafka.compression,
      logger,
      letterBox,
      onCrash: (error) => crashed.abort(error),
    });
    const reports = new AgentOwnReports(side.reports);
    await using agent = new Agent({
      ...following,
      version,
      delivery: side.delivery,
      reports,
      reportEveryMs: heartbeatMs,
      keepUser: userPrivacy(settings.privacy.users),
      deadLetters: letterBox,
      keepUnreadable: settings.privacy.users === 'keep',
      logger,
    });
    await using server = await serveAgent({ settings, logger, agent, delivery: side.delivery, reports });
    logger.info({ url: server.url, stateDirectory, brokers }, `following ${following.logs.length} path(s)`);
    await agent.start();
    await stopAskedFor(stop);
    await agent.stop(handedOverWaitMs);
    if (crashed.signal.aborted) throw crashed.signal.reason;
  });
}
