/** How a canary's target is written: `[SERVER=][SCHEME://]HOST[:PORT]`, of which the port or the scheme may be left out. */

export interface CanaryAddress {
  /** As it was written, for people. */
  readonly text: string;
  /** The server whose logs must show the connection; null = that of the host's name or address. */
  readonly server: string | null;
  readonly protocol: 'imap4' | 'pop3' | 'smtp';
  readonly host: string;
  readonly port: number;
  /** TLS begins with the connection. */
  readonly tls: boolean;
}

type Service = Pick<CanaryAddress, 'protocol' | 'port' | 'tls'>;

const services: Readonly<Record<string, Service>> = {
  pop3: { protocol: 'pop3', port: 110, tls: false },
  pop3s: { protocol: 'pop3', port: 995, tls: true },
  imap4: { protocol: 'imap4', port: 143, tls: false },
  imap4s: { protocol: 'imap4', port: 993, tls: true },
  smtp: { protocol: 'smtp', port: 25, tls: false },
};

const pattern =
  /^(?:(?<server>[^=/\s]+)=)?(?:(?<scheme>[a-z0-9]+):\/\/)?(?:\[(?<ipv6>[0-9A-Fa-f:.]+)\]|(?<name>[^:[\]/=\s]+))(?::(?<port>\d{1,5}))?$/;

/** `EX01:110`, `imap4s://ex01.contoso.test`, `EX01=pop3://10.0.0.1:1110`. Throws with a sentence. */
export function parseCanaryAddress(text: string): CanaryAddress {
  const parts = pattern.exec(text)?.groups;
  const written = parts?.['port'];
  if (parts === undefined || Number(written ?? 1) > 65_535 || Number(written ?? 1) === 0) {
    throw new Error(`"${text}" is no target of a canary: write HOST:PORT, as in EX01:110 or EX01=pop3://10.0.0.1:110`);
  }
  const service = serviceOf(text, parts['scheme'], written);
  const host = parts['ipv6'] ?? parts['name'] ?? '';
  return { ...service, text, server: parts['server'] ?? null, host, port: Number(written ?? service.port) };
}

function serviceOf(text: string, scheme: string | undefined, port: string | undefined): Service {
  const known = Object.keys(services).join(', ');
  const named = scheme === undefined ? null : (services[scheme] ?? null);
  if (scheme !== undefined && named === null) throw new Error(`"${text}": there is no ${scheme}://, but ${known}`);
  const service = named ?? Object.values(services).find((candidate) => candidate.port === Number(port));
  if (service === undefined) {
    const why = port === undefined ? 'names neither a port nor a protocol' : `: port ${port} names no protocol`;
    throw new Error(`"${text}" ${why}; put one before it (${known}), as in pop3://${text}`.replace('" :', '":'));
  }
  return service;
}
