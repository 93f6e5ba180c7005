import type { CollectorSettings, ServerSettings } from '../collector/settings.ts';
import type { Settings } from '../config/schema.ts';
import { serverKey } from '../event/server-key.ts';
import { UserError } from '../runtime/errors.ts';

function serversByKey(settings: Settings): Map<string, ServerSettings> {
  const servers = new Map<string, ServerSettings>();
  for (const [name, server] of Object.entries(settings.servers)) {
    const key = serverKey(name);
    const other = servers.get(key);
    if (key === '') throw new UserError(`servers: "${name}" is no name of a server`);
    if (other !== undefined) {
      throw new UserError(`servers: "${other.name}" and "${name}" are one server: both are ${key}`, {
        remedy: 'A server is identified by the first label of its name in upper case; name it once.',
      });
    }
    servers.set(key, {
      name,
      role: server.role ?? null,
      phase: server.phase,
      addresses: server.addresses,
      expect: Object.fromEntries(Object.entries(server.expect).filter(([, word]) => word !== undefined)),
      silenceAfterMs: server.silenceAfter ?? null,
    });
  }
  return servers;
}

export function collectorSettings(settings: Settings): CollectorSettings {
  const headline = settings.headline.window;
  const byLength = new Map(settings.collector.windows.map((window) => [window.ms, window]));
  // The headline's window is one of the windows, whatever the list says, in its own spelling.
  byLength.set(headline.ms, headline);
  return {
    servers: serversByKey(settings),
    // Where canaries are said to come from they are probes, as balancers are.
    balancers: [...settings.balancers, ...settings.canary.from],
    windows: [...byLength.values()].toSorted((left, right) => left.ms - right.ms),
    headline,
    bucketMs: settings.collector.bucket,
    topClientsMax: settings.collector.limits.topClients,
  };
}
