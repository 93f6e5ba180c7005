import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadWebConfig } from '../../../src/config/web-config.ts';
import { UserError } from '../../../src/runtime/errors.ts';
import { Authority } from '../../broker/certificates.ts';
import { findProgram } from '../../find-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'straggler-web-config-'));
after(() => rmSync(folder, { recursive: true }));

const skip = findProgram('openssl') === null && process.env['CI'] !== 'true' ? 'openssl is not installed' : false;
if (skip === false) {
  const authority = new Authority(folder, 'authority');
  authority.sign('server', ['IP:127.0.0.1']);
  authority.sign('other', ['IP:127.0.0.1']);
}

function file(text: string): string {
  const path = join(folder, 'web.yml');
  writeFileSync(path, text);
  return path;
}

function refusal(text: string): UserError {
  const path = file(text);
  try {
    loadWebConfig(path);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    error.message = error.message.replaceAll(path, 'FILE').replaceAll(folder, 'FOLDER');
    return error;
  }
  return assert.fail('the file was taken');
}

const pair = '  cert_file: server.pem\n  key_file: server.key\n';

test('certificate and key are found beside the file, and read again each time', { skip }, () => {
  const { tls, clientCertificates } = loadWebConfig(file(`tls_server_config:\n${pair}`));
  assert.equal(clientCertificates, false);
  const { cert, key, ca, minVersion } = tls();
  assert.match(cert.toString(), /BEGIN CERTIFICATE/);
  assert.match(key.toString(), /BEGIN PRIVATE KEY/);
  assert.equal(ca, undefined);
  assert.equal(minVersion, 'TLSv1.2');
});

test('clients with a certificate, and the newest TLS alone', { skip }, () => {
  const { tls, clientCertificates } = loadWebConfig(
    file(
      `tls_server_config:\n${pair}  client_auth_type: RequireAndVerifyClientCert\n` +
        '  client_ca_file: authority.pem\n  min_version: TLS13\n',
    ),
  );
  assert.equal(clientCertificates, true);
  assert.match(tls().ca?.toString() ?? '', /BEGIN CERTIFICATE/);
  assert.equal(tls().minVersion, 'TLSv1.3');
});

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['no YAML', 'tls_server_config: [', /^FILE is not valid YAML: /],
  ['nothing in it', '', /^FILE cannot be used:\n {2}the file: Invalid input/],
  [
    'half of a pair',
    'tls_server_config:\n  cert_file: server.pem\n',
    /\n {2}tls_server_config\.key_file: Invalid input/,
  ],
  [
    'a key that was misspelt',
    `tls_server_config:\n${pair}  client_ca_fil: authority.pem\n`,
    /\n {2}tls_server_config\.client_ca_fil is not supported.*client_ca_file/,
  ],
  [
    'what exporters know and this program does not',
    `tls_server_config:\n${pair}basic_auth_users:\n  someone: $2y$10$x\n`,
    /\n {2}basic_auth_users is not supported\.$/,
  ],
  [
    'an authority that nobody is held to',
    `tls_server_config:\n${pair}  client_ca_file: authority.pem\n`,
    /^FILE: client_ca_file and client_auth_type: RequireAndVerifyClientCert go together\.$/,
  ],
  [
    'clients that are held to no authority',
    `tls_server_config:\n${pair}  client_auth_type: RequireAndVerifyClientCert\n`,
    /go together\.$/,
  ],
  [
    'a file that is not there',
    'tls_server_config:\n  cert_file: nowhere.pem\n  key_file: server.key\n',
    /^The file FOLDER\/nowhere\.pem of cert_file in FILE cannot be read: it does not exist$/,
  ],
  [
    'the key of another certificate',
    'tls_server_config:\n  cert_file: server.pem\n  key_file: other.key\n',
    /^The files that FILE names cannot be used: .*mismatch/,
  ],
];

for (const [what, text, sentence] of wrong) {
  test(`${what} is refused in words`, { skip }, () => {
    assert.match(refusal(text).message, sentence);
  });
}
