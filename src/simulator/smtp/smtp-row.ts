import type { ClientAddress } from '../client-address.ts';
import type { LoggedEndpoint } from '../log-row.ts';

/** What a row means, decided before it is written; never worked out from its text. What is left out it does not say. */
export interface SmtpMeaning {
  readonly timeMs: number;
  readonly server: string;
  readonly client: ClientAddress;
  readonly connector: string;
  /** What the client dialled; null where the row does not say. */
  readonly dialled: LoggedEndpoint | null;
  /** Of message tracking: a mail of this client. */
  readonly tracked?: true;
  readonly opens?: true;
  readonly command?: true;
  readonly succeeded?: true;
  /** The reply that refuses a login. */
  readonly refusal?: string;
  /** The server's remark on it. */
  readonly notice?: string;
  readonly user?: string;
  readonly helo?: string;
  readonly tls?: string;
  readonly sender?: string;
  readonly message?: true;
}

/** The text of a cell: quoted only for a comma or a quote. */
export function cell(text: string): string {
  return text.includes(',') || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
}

export function endpointText({ address, port }: LoggedEndpoint): string {
  return `${address.logged}:${port}`;
}
