import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect } from 'node:tls';
import { json } from '../../../src/http/answer.ts';
import type { ServerSecurity, ServerTlsFiles } from '../../../src/http/security.ts';
import { type HttpServer, type ServerOptions, serve } from '../../../src/http/server.ts';
import { UserError } from '../../../src/runtime/errors.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { Authority, type Certificate } from '../../broker/certificates.ts';
import { findProgram } from '../../find-program.ts';
import { until } from '../../processes/until.ts';
import { ask } from './asking.ts';

const folder = mkdtempSync(join(tmpdir(), 'straggler-tls-'));
after(() => rmSync(folder, { recursive: true }));

const skip = findProgram('openssl') === null && process.env['CI'] !== 'true' ? 'openssl is not installed' : false;
const authority = skip === false ? new Authority(folder, 'authority') : null;

function signed(name: string): Certificate {
  return authority?.sign(name, ['IP:127.0.0.1']) ?? assert.fail('no authority');
}

function pem({ certificateFile, keyFile }: Certificate): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
}

const ca = authority === null ? Buffer.alloc(0) : readFileSync(authority.certificateFile);

function start(security: ServerSecurity, change: Partial<ServerOptions> = {}): Promise<HttpServer> {
  return serve({
    listen: { host: '127.0.0.1', port: 0 },
    allowInsecureListen: false,
    security,
    connectionsMax: 50,
    routes: [{ path: '/hello', parameters: [], answer: () => json({ hello: 'you' }) }],
    log: silentLogger,
    onBound: () => undefined,
    ...change,
  });
}

/** Over a connection of its own; answers the status and whose certificate it was. */
function askTls(url: string, client: Partial<ServerTlsFiles> = {}): Promise<{ status: number; name: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/hello`, { ca, agent: false, ...client }, (answer) => {
      answer.resume();
      const { subject } = (answer.socket as ReturnType<typeof connect>).getPeerCertificate();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, name: String(subject.CN) }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('with a certificate it answers over TLS, and to nobody without', { skip }, async () => {
  const files = pem(signed('server'));
  await using server = await start({ tls: () => files, clientCertificates: false });
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(await askTls(server.url), { status: 200, name: 'server' });
  await assert.rejects(ask(`${server.url.replace('https:', 'http:')}/hello`));
  await assert.rejects(askTls(server.url, { ca: Buffer.alloc(0) }), /self-signed|unable to verify|issuer/);
});

test('where clients need a certificate, only those that the authority has signed are answered', { skip }, async () => {
  const files = { ...pem(signed('server')), ca };
  await using server = await start({ tls: () => files, clientCertificates: true });
  assert.equal((await askTls(server.url, pem(signed('prometheus')))).status, 200);
  await assert.rejects(askTls(server.url));
  const stranger = new Authority(mkdtempSync(join(folder, 'other-')), 'other').sign('stranger', []);
  await assert.rejects(askTls(server.url, pem(stranger)));
});

test(
  'an address that others reach takes TLS and clients with certificates, or the wish to do without',
  { skip },
  async () => {
    const files = { ...pem(signed('server')), ca };
    const listen = { host: '0.0.0.0', port: 0 };
    const encrypted = { tls: () => files, clientCertificates: false };
    await assert.rejects(start(encrypted, { listen }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /can be reached from other machines, and this server has no authentication\.$/);
      assert.match(error.remedy ?? '', /--web-config-file/);
      return true;
    });
    await using open = await start(encrypted, { listen, allowInsecureListen: true });
    await using safe = await start({ tls: () => files, clientCertificates: true }, { listen });
    for (const { url } of [open, safe]) {
      const { status } = await askTls(url.replace('0.0.0.0', '127.0.0.1'), pem(signed('client')));
      assert.equal(status, 200);
    }
  },
);

test('a renewed certificate is in force without a restart, and half of a pair changes nothing', { skip }, async () => {
  const [cert, key] = [join(folder, 'live.pem'), join(folder, 'live.key')];
  const lay = (certificate: Certificate): void => {
    copyFileSync(certificate.certificateFile, cert);
    copyFileSync(certificate.keyFile, key);
  };
  lay(signed('first'));
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (_fields: object, message: string) => void warnings.push(message) };
  const tls = (): ServerTlsFiles => ({ cert: readFileSync(cert), key: readFileSync(key) });
  await using server = await start({ tls, clientCertificates: false }, { log });
  const name = async (): Promise<string> => (await askTls(server.url)).name;
  assert.equal(await name(), 'first');
  const second = signed('second');
  copyFileSync(second.certificateFile, cert);
  await until('it is said', async () => (await name()) === 'first' && warnings.length > 0);
  lay(second);
  await until('the second is in force', async () => (await name()) === 'second');
  assert.equal(warnings.length, 1);
});

test(
  'under TLS too, a client that only waits gives way, and one that is being answered does not',
  { skip },
  async () => {
    const files = pem(signed('server'));
    const going = Promise.withResolvers<string>();
    const answering = Promise.withResolvers<void>();
    await using server = await start(
      { tls: () => files, clientCertificates: false },
      {
        connectionsMax: 2,
        routes: [
          { path: '/hello', parameters: [], answer: () => json({}) },
          {
            path: '/slow',
            parameters: [],
            answer: async () => {
              answering.resolve();
              return json({ slow: await going.promise });
            },
          },
        ],
      },
    );
    const { port } = new URL(server.url);
    const options = { host: '127.0.0.1', port: Number(port), ca };
    const slow = connect(options, () =>
      slow.write('GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    );
    let answer = '';
    slow.on('data', (data: Buffer) => (answer += data.toString()));
    await answering.promise;
    const waiting = connect(options);
    const gone = new Promise<void>((resolve) => waiting.once('close', () => resolve()));
    waiting.on('error', () => undefined);
    await new Promise<void>((resolve) => waiting.once('secureConnect', () => resolve()));
    assert.equal((await askTls(server.url)).status, 200);
    await gone;
    going.resolve('done');
    await new Promise<void>((resolve) => slow.once('close', () => resolve()));
    assert.match(answer, /\{"slow":"done"\}/);
  },
);
