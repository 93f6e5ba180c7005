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
  tls?.();
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
