/** The program's own port under TLS, as its command line sets it up. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Authority, type Certificate } from '../broker/certificates.ts';
import { findProgram } from '../find-program.ts';
import { StragglerProcess } from '../processes/straggler-process.ts';
import { missing } from '../require.ts';

const start = fileURLToPath(new URL('../../src/start.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'straggler-web-'));
after(() => rmSync(folder, { recursive: true }));

/** As a scraper asks. */
function scrape(url: string, authority: Authority, client: Certificate): Promise<string> {
  const own = { cert: readFileSync(client.certificateFile), key: readFileSync(client.keyFile) };
  const options = { ca: readFileSync(authority.certificateFile), agent: false, ...own };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/metrics`, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve(text));
    });
    asked.on('error', reject).end();
  });
}

test('a web configuration file is checked, and then metrics are for those with a certificate', async (t) => {
  if (findProgram('openssl') === null) return missing(t, 'openssl, to make certificates with');
  const authority = new Authority(folder, 'authority');
  authority.sign('server', ['IP:127.0.0.1']);
  const file = join(folder, 'web.yml');
  const write = (key: string): void =>
    writeFileSync(
      file,
      `tls_server_config:\n  cert_file: server.pem\n  key_file: ${key}\n` +
        '  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: authority.pem\n',
    );
  const check = (): string =>
    spawnSync(process.execPath, [start, 'check', '--web-config-file', file], { encoding: 'utf8' }).stdout;
  write('nowhere.key');
  assert.match(
    check(),
    /PROBLEM +The file \S+nowhere\.key of key_file in \S+web\.yml cannot be read: it does not exist\n/,
  );
  write('server.key');
  assert.match(check(), /ok +\S+web\.yml: TLS, for clients with a certificate\n/);

  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const own = ['--web-config-file', file, '--state', join(folder, 'state')];
  await using run = StragglerProcess.start('run', logs, ...own);
  const url = await run.url();
  assert.match(url, /^https:/);
  assert.match(await scrape(url, authority, authority.sign('prometheus', [])), /^straggler_build_info/m);
  const stranger = new Authority(mkdtempSync(join(folder, 'other-')), 'other');
  await assert.rejects(scrape(url, authority, stranger.sign('stranger', [])));
  await run.signal('SIGTERM');
  assert.equal((await run.ended).code, 143);
});
