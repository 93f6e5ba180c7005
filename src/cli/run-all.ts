/** Agent and collector in one process, over SQLite: what `run` is, and what `demo` shows. */
import { Agent } from '../agent/agent.ts';
import type { Settings } from '../config/schema.ts';
import { LetterBox } from '../delivery/dead-letters/letter-box.ts';
import { createEmbeddedDelivery } from '../delivery/embedded/create-embedded-delivery.ts';
import { userPrivacy } from '../exchange-log/user-privacy.ts';
import { keepHeapSmall } from '../runtime/heap.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { startCollecting } from './collecting.ts';
import { followingOf } from './following.ts';
import { stopAskedFor } from './until-stopped.ts';
import { version } from './version.ts';

export interface RunAllOptions {
  readonly settings: Settings;
  readonly stateDirectory: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** It serves: the page can be opened. */
  readonly onServing: (url: string) => void;
}

const reportEveryMs = 1000;
/**
 * Slices are short, since they are read in the thread that answers. What was read is merged and not kept, so a lot of it
 * may be on its way: the more, the fewer times a client is written while old logs are read.
 */
const limits = { sliceBytesMax: 512 * 1024, inFlightBytesMax: 320 * 1024 * 1024 };

/** Returns when the signal asks it to, or throws when the state can no longer be written to. */
export async function runAll({ settings, stateDirectory, logger, signal, onServing }: RunAllOptions): Promise<void> {
  keepHeapSmall();
  const following = followingOf(settings);
  const crashed = new AbortController();
  let scanned = false;
  let loaded = false;
  await using collecting = await startCollecting({
    settings,
    logger,
    brokered: false,
    gapDirectory: stateDirectory,
    stuck: () => [],
    unready: () => {
      if (!loaded) return ['the state is not loaded yet'];
      return scanned ? [] : ['the first scan is not yet read to its end'];
    },
  });
  const { collector, observer, url } = collecting;
  onServing(url);
  await using delivery = await createEmbeddedDelivery({
    directory: stateDirectory,
    programVersion: version,
    committed: collector,
    observer,
    clock: systemClock,
    logger,
    random: Math.random,
    signal,
    onFatal: (error) => crashed.abort(error),
  });
  loaded = true;
  collector.countBy(() => delivery.status());
  await using letterBox = new LetterBox({ stateDirectory, agentName: following.name, logger });
  await using agent = new Agent({
    ...following,
    limits: { ...limits, ...following.limits },
    version,
    delivery,
    reports: collector.agentBook,
    reportEveryMs,
    keepUser: userPrivacy(settings.privacy.users),
    deadLetters: letterBox,
    keepUnreadable: settings.privacy.users === 'keep',
    logger,
  });
  void agent.firstScanDelivered.then(() => {
    scanned = true;
    logger.info({}, 'the first scan is read to its end');
  });
  await agent.start();
  await stopAskedFor(AbortSignal.any([signal, crashed.signal]));
  if (crashed.signal.aborted) throw crashed.signal.reason;
}
