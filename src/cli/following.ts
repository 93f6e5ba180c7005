import { hostname } from 'node:os';
import type { AgentLimits, FollowedPath } from '../agent/options.ts';
import type { Settings } from '../config/schema.ts';
import { UserError } from '../runtime/errors.ts';

/** What an agent's options take from the settings. */
export interface Following {
  readonly name: string;
  readonly hostName: string;
  readonly logs: readonly FollowedPath[];
  readonly readBackMs: number | null | 'none';
  readonly limits: Partial<AgentLimits>;
}

/** Throws a UserError when there is nothing to follow. */
export function followingOf(settings: Settings): Following {
  const { agent } = settings;
  if (agent.logs.length === 0) {
    throw new UserError('There is nothing to follow: no PATH was given, and agent.logs is not set.', {
      remedy: 'Name a folder of logs, as in: straggler run /path/to/Logging',
    });
  }
  const hostName = hostname();
  return {
    name: agent.name ?? hostName,
    hostName,
    logs: agent.logs.map(({ path, server, protocols, prefix, scanEvery, watch }) => ({
      path,
      ...(server === undefined ? {} : { server }),
      ...(protocols === undefined ? {} : { protocols }),
      ...(prefix === undefined ? {} : { prefix }),
      ...(scanEvery === undefined ? {} : { scanEveryMs: scanEvery }),
      ...(watch === undefined ? {} : { watch }),
    })),
    readBackMs: agent.readBack === 'all' ? null : agent.readBack,
    limits: {
      handlesMax: agent.limits.openFiles,
      ...(agent.limits.inFlight === undefined ? {} : { inFlightBytesMax: agent.limits.inFlight }),
    },
  };
}
