/**
 * The one door to kafkajs: nothing else in the program imports it, so another client can take its place.
 *
 * kafkajs 2.2.4 is kept for being pure JavaScript. What its callers must know is in DESIGN.md; what can be settled
 * for all of them is settled here: the options that held under fire, its log, and one defect.
 */
import { promisify } from 'node:util';
import { gzip, unzip, zstdDecompress } from 'node:zlib';
import kafkajs, { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import type { ISocketFactory, LogEntry, Mechanism } from 'kafkajs';
import plainAuthenticator from 'kafkajs/src/broker/saslAuthenticator/plain.js';
import scram256Authenticator from 'kafkajs/src/broker/saslAuthenticator/scram256.js';
import scram512Authenticator from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import fetchRequest from 'kafkajs/src/protocol/requests/fetch/index.js';
import produceRequest from 'kafkajs/src/protocol/requests/produce/index.js';
import type { Logger } from '../../telemetry/logger.ts';
import { decodeFetch, fetchVersion } from './fetch-response.ts';
import { encodeProduce, produceVersionMin } from './produce-request.ts';
import type { KafkaSecurity, SaslLogin } from './security.ts';
import { zstd } from './zstd.ts';

export type {
  Admin,
  Consumer,
  EachBatchPayload,
  IHeaders,
  Kafka,
  KafkaMessage,
  Message,
  Producer,
  ProducerRecord,
  RecordMetadata,
  Transaction,
} from 'kafkajs';

export interface KafkaConnection {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  /** Names the connection in the broker's logs and quotas. */
  readonly clientId: string;
  /** Neither encrypted nor logged in where left out. */
  readonly security?: KafkaSecurity;
  /** How often kafkajs tries something again by itself; 8, some 6 s. */
  readonly retries?: number;
  /** Aborting it ends every connection at once, with whatever is under way, and lets none come back. */
  readonly signal?: AbortSignal;
}

/** What records may be sent with. */
export const codecs = {
  /** Brokers since 2.1, and every client that is alive, read it. */
  zstd: CompressionTypes.ZSTD,
  gzip: CompressionTypes.GZIP,
  none: CompressionTypes.None,
} as const;

export type Codec = keyof typeof codecs;

/** What is sent with for the few records that are no events. */
export const compression = CompressionTypes.GZIP;

const gzipAsync = promisify(gzip);
const unzipAsync = promisify(unzip);

/** Level 1 takes three fifths of the processor time of kafkajs's level 6 for a tenth more bytes. */
kafkajs.CompressionCodecs[CompressionTypes.GZIP] = () => ({
  compress: (encoder: { readonly buffer: Buffer }) => gzipAsync(encoder.buffer, { level: 1, chunkSize: 64 * 1024 }),
  decompress: (bytes: Buffer) => unzipAsync(bytes, { chunkSize: 64 * 1024 }),
});

const unzstdAsync = promisify(zstdDecompress);

/** kafkajs has none of its own. Half of the processor time of gzip's level 1, for four fifths of its bytes. */
kafkajs.CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { readonly buffer: Buffer }) => zstd(buffer),
  decompress: (bytes: Buffer) => unzstdAsync(bytes, { chunkSize: 256 * 1024 }),
});

/** By key, as Java's clients do. */
export const keyPartitioner = kafkajs.Partitioners.DefaultPartitioner;

/** For `describeConfigs` and `alterConfigs`. */
export const topicResource = kafkajs.ConfigResourceTypes.TOPIC;

/** A client that has not connected to anything yet: its producers, consumers and admins do. */
export function openKafka(connection: KafkaConnection, logger: Logger): Kafka {
  restQueues();
  codeByOwnMeans();
  const { tls = null, sasl = null } = connection.security ?? {};
  return new Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: 2000,
    requestTimeout: 15_000,
    // After these our own loops go on; short, so that a call ends soon enough to notice a change of plan.
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: connection.retries ?? 8 },
    ...(sasl === null ? {} : { sasl: freshLogin(sasl) }),
    socketFactory: sockets(tls, connection.signal ?? null),
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => logEntry(logger, entry),
  });
}

/** A broker, asked request by request: what a client of kafkajs does for its callers is left to them. */
export interface AskedBroker {
  findGroupCoordinator(request: {
    readonly groupId: string;
    readonly coordinatorType: number;
  }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  initProducerId(request: { readonly transactionalId: string; readonly transactionTimeout: number }): Promise<unknown>;
  produce(request: {
    readonly topicData: readonly unknown[];
    readonly acks: number;
    readonly timeout: number;
  }): Promise<unknown>;
  fetch(request: {
    readonly topics: readonly unknown[];
    readonly maxWaitTime: number;
    readonly minBytes: number;
  }): Promise<unknown>;
}

export interface OpenCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Before the others. */
  refreshMetadata(): Promise<void>;
  findControllerBroker(): Promise<AskedBroker>;
  findBroker(request: { readonly nodeId: number }): Promise<AskedBroker>;
}

/** What stands behind the producers and consumers of kafkajs, which it does not publish. */
export function openCluster(kafka: Kafka): OpenCluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find((one) => one.description === 'private:Kafka:createCluster');
  if (symbol === undefined) throw new Error('this is another kafkajs than the one that is known');
  const create = (kafka as unknown as Record<symbol, (options: object) => OpenCluster>)[symbol];
  if (create === undefined) throw new Error('this is another kafkajs than the one that is known');
  return create({ allowAutoTopicCreation: false });
}

/** What happened: kafkajs wraps it in what it did about it. */
export function rootCause(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error && cause.cause instanceof Error; depth++) cause = cause.cause;
  return cause;
}

const loggedFields = [
  'broker',
  'clientId',
  'error',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'retryCount',
] as const;

/**
 * kafkajs calls an outage an error several times a second. The code that owns an outage says it once, so all of this
 * is detail for debugging; only named fields pass, so that no future field can carry a secret.
 */
function logEntry(logger: Logger, entry: LogEntry): void {
  const fields: Record<string, unknown> = { kafkajs: entry.label };
  for (const name of loggedFields) {
    const value: unknown = entry.log[name];
    if (value !== undefined) fields[name] = value;
  }
  logger.debug(fields, entry.log.message);
}

/**
 * Certificates are read anew for every socket. And a signal ends them all: kafkajs waits up to 15 s for answers before
 * it lets go of a socket, and opens new ones to ask again.
 */
function sockets(tls: KafkaSecurity['tls'], signal: AbortSignal | null): ISocketFactory {
  const open = socketFactory();
  return (options) => {
    // Its types want an object where no TLS is `undefined`.
    const socket = tls === null ? open(options) : open({ ...options, ssl: { ...tls() } });
    if (signal === null) return socket;
    const end = (): void => void socket.destroy(new Error('the connection was ended'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', end));
    return socket;
  };
}

const authenticators = {
  plain: plainAuthenticator,
  'scram-sha-256': scram256Authenticator,
  'scram-sha-512': scram512Authenticator,
} as const;

/** kafkajs keeps the password that it was given at the start; this one asks for it at every login. */
function freshLogin({ mechanism, username, password }: SaslLogin): Mechanism {
  const authenticator = authenticators[mechanism];
  return {
    mechanism,
    authenticationProvider: (session) => ({
      authenticate: async () => await authenticator({ username, password: password() })(session).authenticate(),
    }),
  };
}

let queuesRest = false;

/**
 * After its first request every connection of kafkajs polls an empty queue each millisecond for ever, by a timer of
 * negative length: 2.5 % of a processor for an idle agent, and Node's TimeoutNegativeWarning. A queue with nothing
 * pending has nothing to check; what becomes pending later schedules its own check.
 */
function restQueues(): void {
  if (queuesRest) return;
  queuesRest = true;
  const { prototype } = RequestQueue;
  const { scheduleCheckPendingRequests: schedule } = prototype;
  prototype.scheduleCheckPendingRequests = function (): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}

let codesByOwnMeans = false;

/**
 * Records are written by `encodeProduce` and read by `decodeFetch`, which take a fraction of the time of kafkajs; all else
 * about the requests stays as it has it.
 */
function codeByOwnMeans(): void {
  if (codesByOwnMeans) return;
  codesByOwnMeans = true;
  const { protocol: produce } = produceRequest;
  produceRequest.protocol = ({ version }) => {
    const exchange = produce({ version });
    if (version < produceVersionMin) return exchange;
    return (args) => {
      const { request, response } = exchange(args);
      const encode = async (): Promise<{ buf: Buffer; buffer: Buffer; size: () => number }> => {
        const bytes = await encodeProduce(args, Date.now(), (codec, buffer) => codecOf(codec).compress({ buffer }));
        return { buf: bytes, buffer: bytes, size: () => bytes.length };
      };
      return { request: { ...request, encode }, response };
    };
  };
  const { protocol: fetch } = fetchRequest;
  fetchRequest.protocol = ({ version }) => {
    const exchange = fetch({ version });
    if (version !== fetchVersion) return exchange;
    return (args) => {
      const made = exchange(args);
      const decode: typeof made.response.decode = async (bytes) =>
        (await decodeFetch(bytes, (attributes, packed) => codecOf(attributes & codecBits).decompress(packed))) ??
        made.response.decode(bytes);
      return { ...made, response: { ...made.response, decode } };
    };
  };
}

const codecBits = 7;

interface Coder {
  readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
}

function codecOf(number: number): Coder {
  const make: unknown = Reflect.get(kafkajs.CompressionCodecs, number);
  if (typeof make !== 'function') throw new Error(`there is no codec ${number} for compressed records`);
  return make() as Coder;
}
