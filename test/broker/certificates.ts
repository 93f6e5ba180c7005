/** Certificates for tests, made by openssl in a folder: authorities, and what they sign. All files are PEM. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  readonly certificateFile: string;
  /** PKCS#8, unencrypted. */
  readonly keyFile: string;
}

function openssl(...own: readonly string[]): void {
  execFileSync('openssl', own, { stdio: ['ignore', 'ignore', 'pipe'] });
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

export class Authority {
  readonly certificateFile: string;
  readonly #folder: string;
  readonly #keyFile: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.certificateFile = join(folder, `${name}.pem`);
    this.#keyFile = join(folder, `${name}.key`);
    const out = ['-keyout', this.#keyFile, '-out', this.certificateFile];
    openssl('req', '-x509', ...newKey, ...out, '-days', '2', '-subj', `/CN=${name}`);
  }

  /** `names` as openssl writes them: `IP:127.0.0.1`, `DNS:kafka.test`. */
  sign(name: string, names: readonly string[], days = 2): Certificate {
    const at = (ending: string): string => join(this.#folder, `${name}.${ending}`);
    openssl('req', ...newKey, '-keyout', at('key'), '-out', at('csr'), '-subj', `/CN=${name}`);
    writeFileSync(at('ext'), names.length === 0 ? '' : `subjectAltName=${names.join(',')}\n`);
    const signer = ['-CA', this.certificateFile, '-CAkey', this.#keyFile, '-CAcreateserial'];
    openssl('x509', '-req', '-in', at('csr'), ...signer, '-out', at('pem'), '-days', `${days}`, '-extfile', at('ext'));
    return { certificateFile: at('pem'), keyFile: at('key') };
  }
}

/** The same key, protected by a passphrase. */
export function encryptKey(keyFile: string, passphrase: string): string {
  const encrypted = `${keyFile}.encrypted`;
  openssl('pkcs8', '-topk8', '-in', keyFile, '-out', encrypted, '-passout', `pass:${passphrase}`);
  return encrypted;
}

/** One file as Kafka takes it: key and certificate. */
export function keyStore(folder: string, { certificateFile, keyFile }: Certificate): string {
  const store = join(folder, 'keystore.pem');
  writeFileSync(store, `${readFileSync(keyFile, 'utf8')}\n${readFileSync(certificateFile, 'utf8')}`);
  return store;
}
