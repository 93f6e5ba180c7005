/**
 * A small server for reading: the one door to fastify. It answers GET and HEAD of the routes it is given, refuses the
 * rest with a problem document, and has a limit for everything that a client can make long: address, headers, idle
 * time, connections. It closes within five seconds, whatever its clients do.
 */
import { Readable } from 'node:stream';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
} from 'fastify';
import type { Logger } from '../telemetry/logger.ts';
import { limitConnections } from './connections.ts';
import { type ListenAddress, addressText, answersHost, listenError, refuseOpenListen } from './listen-address.ts';
import { Problem, problemAnswer, problemDocument, problemType } from './problem.ts';
import { quoted, readQuery, suggesting } from './query.ts';
import type { HttpAnswer } from './answer.ts';
import type { Route } from './route.ts';
import { type ServerSecurity, type ServerTlsFiles, noSecurity, renewCertificates } from './security.ts';

export const urlLengthMax = 4096;
const headerBytesMax = 16 * 1024;
const idleTimeoutMs = 65_000;
const closeTimeoutMs = 4_000;

/** How long a client may take. */
export interface Patience {
  /** For all of a request. */
  readonly requestMs: number;
  /** For taking the next piece of an answer; more than a live feed is silent. */
  readonly stalledMs: number;
}

const patienceDefault: Patience = { requestMs: 10_000, stalledMs: 120_000 };
/** Of the looks at who is too slow; Node's own default is far longer than our patience. */
const checkEveryMs = 1000;

export interface ServerOptions {
  readonly listen: ListenAddress;
  readonly allowInsecureListen: boolean;
  /** None where left out. */
  readonly security?: ServerSecurity | undefined;
  readonly connectionsMax: number;
  readonly routes: readonly Route[];
  readonly log: Logger;
  readonly patience?: Patience;
  /** A limit of the server was met. */
  readonly onBound: (bound: string) => void;
}

export interface HttpServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
}

const fixedHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** Resolves once it listens; a UserError says why it cannot. */
export async function serve(options: ServerOptions): Promise<HttpServer> {
  const security = options.security ?? noSecurity;
  refuseOpenListen(options.listen, security, options.allowInsecureListen);
  const closing = new AbortController();
  const files = security.tls?.() ?? null;
  const app = createApp(options, files, security.clientCertificates);
  if (security.tls !== null && files !== null) {
    const { tls } = security;
    renewCertificates(app.server, { tls, first: files, now: () => performance.now(), log: options.log });
  }
  for (const route of options.routes) addRoute(app, route, options.log, closing.signal);
  limitConnections(app.server, {
    connectionsMax: options.connectionsMax,
    refusal:
      files === null
        ? rawAnswer(new Problem(503, `${options.connectionsMax} connections are open, which is the limit.`))
        : '',
    onBound: () => options.onBound('http connections'),
  });
  // Fastify would bind localhost twice, the second time without these limits.
  const host = options.listen.host === 'localhost' ? '127.0.0.1' : options.listen.host;
  try {
    await app.listen({ host, port: options.listen.port });
  } catch (error) {
    await app.close();
    throw listenError(error, options.listen);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.listen.port;
  return {
    url: `${files === null ? 'http' : 'https'}://${addressText({ host: options.listen.host, port })}`,
    [Symbol.asyncDispose]: () => close(app, closing),
  };
}

/** Answers that go on are told to end; whoever does not take the end within the time is cut off. */
async function close(app: FastifyInstance, closing: AbortController): Promise<void> {
  closing.abort();
  const deadline = setTimeout(() => app.server.closeAllConnections(), closeTimeoutMs);
  try {
    await app.close();
  } finally {
    clearTimeout(deadline);
  }
}

function createApp(options: ServerOptions, files: ServerTlsFiles | null, clientCertificates: boolean): FastifyInstance {
  const { requestMs } = options.patience ?? patienceDefault;
  const limits = {
    maxHeaderSize: headerBytesMax,
    headersTimeout: requestMs,
    connectionsCheckingInterval: checkEveryMs,
    // Refused below, in words.
    requireHostHeader: false,
  };
  if (files === null) return withRefusals(fastify({ ...common(options), http: limits }), options);
  const entry = {
    handshakeTimeout: requestMs,
    requestCert: clientCertificates,
    rejectUnauthorized: clientCertificates,
  };
  const https = { ...limits, ...files, ...entry };
  // Fastify's two kinds of server differ by their type alone in all that is used here.
  return withRefusals(fastify({ ...common(options), https } as unknown as FastifyServerOptions), options);
}

function common(options: ServerOptions): FastifyServerOptions {
  const { requestMs, stalledMs } = options.patience ?? patienceDefault;
  return {
    logger: false,
    forceCloseConnections: 'idle',
    keepAliveTimeout: idleTimeoutMs,
    connectionTimeout: stalledMs,
    requestTimeout: requestMs,
    bodyLimit: 1024,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors(error, request, reply) {
      void answerError(options.log, error, request, reply);
    },
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return;
      if (error.code === 'HPE_HEADER_OVERFLOW') options.onBound('http header bytes');
      socket.end(rawAnswer(malformed(error.code)));
    },
  };
}

function withRefusals(app: FastifyInstance, options: ServerOptions): FastifyInstance {
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(fixedHeaders);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new Problem(405, `This server is for reading: ${request.method} is not answered.`, {
        headers: { Allow: 'GET, HEAD' },
      });
    }
    if (request.raw.url !== undefined && request.raw.url.length > urlLengthMax) {
      options.onBound('http url length');
      throw new Problem(414, `The address is longer than ${urlLengthMax} characters.`);
    }
    const hosts = request.raw.headersDistinct['host']?.length ?? 0;
    if (hosts > 1 || (hosts === 0 && request.raw.httpVersion !== '1.0')) {
      throw new Problem(400, hosts === 0 ? 'The request names no host.' : 'The request names more than one host.');
    }
    if (!answersHost(options.listen, request.headers.host)) {
      throw new Problem(421, 'This server listens on loopback and answers to localhost and its addresses only.');
    }
  });
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?')[0] ?? '';
    const known = options.routes.map((route) => route.path);
    throw new Problem(404, suggesting(`There is nothing at ${quoted(path)}`, path, known));
  });
  app.setErrorHandler((error, request, reply) => answerError(options.log, error, request, reply));
  return app;
}

function addRoute(app: FastifyInstance, route: Route, log: Logger, closing: AbortSignal): void {
  app.get(route.path, async (request, reply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
      // A connection that was busy when the server began to close is idle from now on, and would be kept.
      if (closing.aborted) setImmediate(() => app.server.closeIdleConnections());
    });
    const answer = await route.answer({
      path: request.params as Readonly<Record<string, string>>,
      query: readQuery(request.query as Readonly<Record<string, unknown>>, route.parameters),
      accept: request.headers.accept,
      signal: AbortSignal.any([gone.signal, closing]),
    });
    return send(log, reply, answer, request.method === 'HEAD');
  });
}

function send(log: Logger, reply: FastifyReply, answer: HttpAnswer, headOnly: boolean): FastifyReply {
  void reply.code(answer.status ?? 200).headers({ ...answer.headers, 'Content-Type': answer.type });
  if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) return reply.send(answer.body);
  if (headOnly) return reply.send(Readable.from([]));
  const pieces = Readable.from(answer.body, { objectMode: false });
  // A client that goes away is no error; anything else ends the answer in the middle, and only the log can say why.
  pieces.on('error', (error) => log.error({ error }, 'an answer broke off'));
  return reply.send(pieces);
}

function answerError(log: Logger, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return send(log, reply, problemAnswer(refusal(log, error, request.url)), request.method === 'HEAD');
}

function refusal(log: Logger, error: unknown, url: string): Problem {
  if (error instanceof Problem) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) return new Problem(status, 'The request cannot be understood.');
  log.error({ error, path: url.split('?')[0] }, 'an answer failed');
  return new Problem(500, 'The answer failed; the log of the program says why.');
}

/** For what never became a request. */
function rawAnswer(problem: Problem): string {
  const body = problemDocument(problem);
  return [
    `HTTP/1.1 ${problem.status} Refused`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

function malformed(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem(431, `Address and headers are longer than ${headerBytesMax} bytes.`);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem(408, 'The request did not arrive in time.');
  return new Problem(400, 'This is not a request of HTTP/1.1.');
}
