/**
 * The file of `http.webConfigFile`: TLS in the form that Prometheus' exporters have (exporter-toolkit), of which all keys
 * that are not supported are refused by name, never ignored: whoever wrote them relies on them. Paths in it are relative
 * to the file itself.
 */
import { createSecureContext } from 'node:tls';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '../runtime/errors.ts';
import { didYouMean } from '../runtime/nearest.ts';
import { readSettingFile } from './secrets.ts';

const supported = {
  tls_server_config: ['cert_file', 'key_file', 'client_auth_type', 'client_ca_file', 'min_version'],
};

const schema = z.strictObject({
  tls_server_config: z.strictObject({
    cert_file: z.string().min(1),
    key_file: z.string().min(1),
    client_auth_type: z.enum(['NoClientCert', 'RequireAndVerifyClientCert']).prefault('NoClientCert'),
    client_ca_file: z.string().min(1).optional(),
    min_version: z.enum(['TLS12', 'TLS13']).prefault('TLS12'),
  }),
});

interface WebTlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

export interface WebConfig {
  /** Reads the files, as they are now. Throws a UserError. */
  readonly tls: () => WebTlsFiles;
  readonly clientCertificates: boolean;
}

/** Reads the file and all that it names, once: a UserError where something cannot be used. */
export function loadWebConfig(file: string): WebConfig {
  const { tls_server_config: own } = parsed(file);
  const clientCertificates = own.client_auth_type === 'RequireAndVerifyClientCert';
  if (clientCertificates !== (own.client_ca_file !== undefined)) {
    throw new UserError(`${file}: client_ca_file and client_auth_type: RequireAndVerifyClientCert go together.`, {
      remedy: 'Give both, or neither.',
    });
  }
  const read = (key: 'cert_file' | 'key_file' | 'client_ca_file'): Buffer =>
    readSettingFile(resolve(dirname(file), own[key] ?? ''), `${key} in ${file}`);
  const tls = (): WebTlsFiles => ({
    cert: read('cert_file'),
    key: read('key_file'),
    ...(clientCertificates ? { ca: read('client_ca_file') } : {}),
    minVersion: own.min_version === 'TLS13' ? 'TLSv1.3' : 'TLSv1.2',
  });
  refuseUnusable(file, tls());
  return { tls, clientCertificates };
}

function refuseUnusable(file: string, files: WebTlsFiles): void {
  try {
    createSecureContext(files);
  } catch (error) {
    throw new UserError(`The files that ${file} names cannot be used: ${(error as Error).message}`, {
      remedy: 'cert_file and key_file must be PEM, the key that of the certificate and without a passphrase.',
      cause: error,
    });
  }
}

function parsed(file: string): z.output<typeof schema> {
  const text = readSettingFile(file, 'http.webConfigFile').toString('utf8');
  let tree: unknown;
  try {
    tree = parse(text, { logLevel: 'error' });
  } catch (error) {
    throw new UserError(`${file} is not valid YAML: ${(error as Error).message.trim()}`, { cause: error });
  }
  const { success, data, error } = schema.safeParse(tree);
  if (success) return data;
  throw new UserError(`${file} cannot be used:\n${error.issues.flatMap(sentences).join('\n')}`, {
    remedy: `Supported are ${supported.tls_server_config.map((key) => `tls_server_config.${key}`).join(', ')}.`,
  });
}

function sentences(issue: z.core.$ZodIssue): string[] {
  const place = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') return [`  ${place === '' ? 'the file' : place}: ${issue.message}`];
  const known = place === '' ? Object.keys(supported) : supported.tls_server_config;
  return issue.keys.map((key) => {
    const named = place === '' ? key : `${place}.${key}`;
    return `  ${named} is not supported${didYouMean(key, known) || '.'}`;
  });
}
