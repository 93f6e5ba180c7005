import type { CanarySettings, CanaryTarget } from '../collector/canary/target.ts';
import type { ServerSettings } from '../collector/settings.ts';
import type { Settings } from '../config/schema.ts';
import { canonicalAddress } from '../event/address.ts';
import { serverKey } from '../event/server-key.ts';
import { addressNumber, parseAddressRange } from '../inventory/address-range.ts';
import { UserError } from '../runtime/errors.ts';

/** Where canaries go, and which server's logs must show each; those of drained servers and of protocols that are off stay. */
export function canarySettings(settings: Settings, servers: ReadonlyMap<string, ServerSettings>): CanarySettings {
  const { addresses, every, from } = settings.canary;
  const targets = addresses
    .map(({ server, ...target }): CanaryTarget => ({ ...target, server: serverOf(target, server, servers) }))
    .filter(({ server, protocol }) => {
      const configured = servers.get(server);
      return configured?.phase !== 'drained' && configured?.expect[protocol] !== 'off';
    });
  return { targets, everyMs: every, from: from.map((address) => canonicalAddress(address) ?? address) };
}

function serverOf(
  { text, host }: Pick<CanaryTarget, 'text' | 'host'>,
  named: string | null,
  servers: ReadonlyMap<string, ServerSettings>,
): string {
  if (named !== null) return serverKey(named);
  const address = canonicalAddress(host);
  if (address === null) return serverKey(host);
  const place = addressNumber(address);
  const owners = [...servers].filter(([, { addresses }]) =>
    addresses.map(parseAddressRange).some(({ first, last }) => place >= first && place <= last),
  );
  const [owner] = owners;
  if (owner !== undefined && owners.length === 1) return owner[0];
  throw new UserError(`canary.addresses: "${text}" does not say whose logs its connection must show up in`, {
    remedy: `Write the server before it, as in EX01=${text}, or give one server that address (servers.EX01.addresses).`,
  });
}
