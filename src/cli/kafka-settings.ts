import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readSecret, readSettingFile, secretVariable } from '../config/secrets.ts';
import type { Settings } from '../config/schema.ts';
import type { KafkaSecurity, SaslLogin, TlsFiles } from '../delivery/kafka/security.ts';
import { UserError } from '../runtime/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The brokers of the settings; a UserError when there are none. */
export function requireBrokers(settings: Settings): readonly string[] {
  if (settings.kafka.brokers.length === 0) {
    throw new UserError('No broker was named.', {
      remedy:
        'Give --brokers HOST:PORT,… or kafka.brokers; without Kafka, "straggler run" does both jobs in one process.',
    });
  }
  return settings.kafka.brokers;
}

/** TLS and login of the settings. All files are read once now: a UserError where one cannot be used. */
export function kafkaSecurity(settings: Settings, environment: Environment): KafkaSecurity {
  const tls = tlsOf(settings.kafka.tls, environment);
  if (tls !== null) refuseUnusable(tls());
  const sasl = saslOf(settings.kafka.sasl, environment);
  sasl?.password();
  return { tls, sasl };
}

function tlsOf(tls: Settings['kafka']['tls'], environment: Environment): (() => TlsFiles) | null {
  const { enabled, caFile, certificateFile, keyFile, keyPassphraseFile, serverName } = tls;
  if (!(enabled ?? Object.values(tls).some((value) => value !== undefined))) return null;
  return () => {
    const { keyPassphrase } = secretVariable;
    const passphrase = readSecret(keyPassphrase, environment, keyPassphraseFile, 'kafka.tls.keyPassphraseFile');
    const files: TlsFiles = {
      ...(caFile === undefined ? {} : { ca: readSettingFile(caFile, 'kafka.tls.caFile') }),
      ...(certificateFile === undefined ? {} : { cert: readSettingFile(certificateFile, 'kafka.tls.certificateFile') }),
      ...(keyFile === undefined ? {} : { key: readSettingFile(keyFile, 'kafka.tls.keyFile') }),
      ...(passphrase === null ? {} : { passphrase }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    };
    return files;
  };
}

/** What a connection would say much later, and in the words of OpenSSL. Throws a UserError. */
function refuseUnusable({ ca, cert, key, passphrase }: TlsFiles): void {
  const refuse = (text: string, remedy: string, cause: unknown): never => {
    throw new UserError(`${text}: ${(cause as Error).message}`, { remedy, cause });
  };
  const asCertificate = (pem: Buffer, setting: string): X509Certificate => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      return refuse(
        `The file of ${setting} holds no certificate`,
        'It must be PEM: "-----BEGIN CERTIFICATE-----".',
        error,
      );
    }
  };
  if (ca !== undefined) asCertificate(ca, 'kafka.tls.caFile');
  if (cert === undefined || key === undefined) return;
  const certificate = asCertificate(cert, 'kafka.tls.certificateFile');
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    const remedy = `It must be a PEM key; one with a passphrase needs kafka.tls.keyPassphraseFile or ${secretVariable.keyPassphrase}.`;
    return refuse('The key of kafka.tls.keyFile cannot be read', remedy, error);
  }
  if (certificate.checkPrivateKey(privateKey)) return;
  throw new UserError('The key of kafka.tls.keyFile is not the key of the certificate of kafka.tls.certificateFile.', {
    remedy: 'Name the key that the certificate was asked for with.',
  });
}

function saslOf(sasl: Settings['kafka']['sasl'], environment: Environment): SaslLogin | null {
  const { mechanism, username, passwordFile } = sasl;
  if (mechanism === undefined || username === undefined) return null;
  const password = (): string => {
    const secret = readSecret(secretVariable.password, environment, passwordFile, 'kafka.sasl.passwordFile');
    if (secret !== null) return secret;
    throw new UserError(`There is no password for ${username}, the account of kafka.sasl.username.`, {
      remedy: `Name a file that holds it by kafka.sasl.passwordFile, or set ${secretVariable.password}.`,
    });
  };
  return { mechanism, username, password };
}
