/**
 * A local broker that asks who comes: TLS with client certificates, SASL over TLS and in the clear, and an authorizer
 * that allows nothing but to the plain listener, where everybody is the super user.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, keyStore } from './certificates.ts';
import { freePort } from './free-port.ts';
import { LocalKafka } from './local-kafka.ts';

/** Accounts of all three mechanisms: name -> password. */
export type Accounts = Readonly<Record<string, string>>;

const security = 'org.apache.kafka.common.security';

function plainLogin(accounts: Accounts): string {
  const users = Object.entries(accounts).map(([name, password]) => `user_${name}="${password}"`);
  return `${security}.plain.PlainLoginModule required ${users.join(' ')};`;
}

function saslProperties(listener: string, accounts: Accounts): string[] {
  const scram = `${security}.scram.ScramLoginModule required;`;
  return [
    `listener.name.${listener}.plain.sasl.jaas.config=${plainLogin(accounts)}`,
    `listener.name.${listener}.scram-sha-256.sasl.jaas.config=${scram}`,
    `listener.name.${listener}.scram-sha-512.sasl.jaas.config=${scram}`,
  ];
}

export class SecureKafka implements AsyncDisposable {
  readonly kafka: LocalKafka;
  /** Signed the broker's certificate, which is good for 127.0.0.1 and kafka.test; clients' too. */
  readonly authority: Authority;
  /** Of certificates; goes with the broker. */
  readonly folder: string;
  /** `host:port` by protocol. */
  readonly brokers: Readonly<Record<'PLAINTEXT' | 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT', string>>;

  private constructor(kafka: LocalKafka, authority: Authority, folder: string, brokers: SecureKafka['brokers']) {
    this.kafka = kafka;
    this.authority = authority;
    this.folder = folder;
    this.brokers = brokers;
  }

  /** `reauthenticateAfterMs`: how long a login is good for. */
  static async start(accounts: Accounts, reauthenticateAfterMs?: number): Promise<SecureKafka> {
    const folder = await mkdtemp(join(tmpdir(), 'straggler-secure-'));
    const authority = new Authority(folder, 'authority');
    const store = keyStore(folder, authority.sign('broker', ['IP:127.0.0.1', 'DNS:kafka.test']));
    const ports = { SSL: await freePort(), SASL_SSL: await freePort(), SASL_PLAINTEXT: await freePort() };
    const listeners = Object.entries(ports).map(([protocol, port]) => ({ protocol: protocol as 'SSL', port }));
    const scram = Object.entries(accounts).flatMap(([name, password]) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${name},password=${password}]`,
      ]),
    );
    const properties = [
      'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users=User:ANONYMOUS',
      'ssl.keystore.type=PEM',
      `ssl.keystore.location=${store}`,
      'ssl.truststore.type=PEM',
      `ssl.truststore.location=${authority.certificateFile}`,
      'listener.name.ssl.ssl.client.auth=required',
      'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      ...saslProperties('sasl_ssl', accounts),
      ...saslProperties('sasl_plaintext', accounts),
      ...(reauthenticateAfterMs === undefined ? [] : [`connections.max.reauth.ms=${reauthenticateAfterMs}`]),
    ];
    const kafka = await LocalKafka.start({ heap: '384m', listeners, properties, format: scram });
    const at = (port: number): string => `127.0.0.1:${port}`;
    return new SecureKafka(kafka, authority, folder, {
      PLAINTEXT: at(kafka.port),
      SSL: at(ports.SSL),
      SASL_SSL: at(ports.SASL_SSL),
      SASL_PLAINTEXT: at(ports.SASL_PLAINTEXT),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kafka[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}
