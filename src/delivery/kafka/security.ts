/** How a connection to a broker is encrypted and logged in. */

export interface KafkaSecurity {
  /** Null = unencrypted. Asked for at every connection, so that renewed certificates need no restart. */
  readonly tls: (() => TlsFiles) | null;
  /** Null = no login. */
  readonly sasl: SaslLogin | null;
}

/** In the words of `node:tls`; what is left out is Node's default. */
export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
}

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

export interface SaslLogin {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  /** Asked for at every login, so that a changed password needs no restart. */
  readonly password: () => string;
}

export const noSecurity: KafkaSecurity = { tls: null, sasl: null };
