/**
 * Every setting: its type, default, check and documentation, in one place. `config example`, `config print` and the
 * refusal of unknown keys are all made from this schema. Defaults are written as a user would write them (`prefault`), so
 * that they can be shown.
 */
import { z } from 'zod';
import { kafkaSasl, kafkaTls } from './kafka-security.ts';
import {
  addressOrCidr,
  broker,
  canaryAddress,
  canaryPause,
  duration,
  hostPort,
  oneAddress,
  size,
  windowLength,
} from './value-types.ts';

const protocol = z.enum(['imap4', 'pop3', 'smtp']);

const server = z.strictObject({
  role: z.enum(['legacy', 'new']).optional().describe('legacy = is to be switched off; decides the headline'),
  phase: z.enum(['active', 'draining', 'drained']).prefault('active').describe('how far the switch-off has come'),
  addresses: z.array(addressOrCidr).prefault([]).describe('addresses of this server, besides those its logs show'),
  expect: z
    .partialRecord(protocol, z.enum(['on', 'off']))
    .prefault({})
    .describe('protocols that must be heard of (on), or never count as missing (off)'),
  silenceAfter: duration.optional().describe('rows must come at least this often, or a zero is not believed'),
});

const logs = z.strictObject({
  path: z.string().min(1).describe('a folder (searched at any depth) or a file'),
  server: z.string().min(1).optional().describe('name of the server; found from the path where it is left out'),
  protocols: z.array(protocol).optional().describe('only these protocols'),
  prefix: z.string().min(1).optional().describe('prefix of the file names where it was changed on the server'),
  scanEvery: duration.optional().describe('1s for local folders, 5s for shares where left out'),
  watch: z.boolean().optional().describe('be woken by the file system; false for shares where left out'),
});

const agent = z.strictObject({
  name: z.string().min(1).optional().describe("the agent's name; this host's name where left out"),
  logs: z.array(logs).prefault([]).describe('what to follow'),
  readBack: z
    .union([z.literal('all'), z.literal('none'), duration])
    .prefault('30d')
    .describe('how far a first start reads back: a duration, all or none'),
  limits: z
    .strictObject({
      openFiles: z.int().min(4).max(10_000).prefault(64).describe('log files held open at a time'),
      inFlight: size
        .optional()
        .describe('bytes read and not yet durable; reading waits when full; 8MiB, of run 192MiB, where left out'),
    })
    .prefault({})
    .describe('what an agent may use'),
});

const kafka = z.strictObject({
  brokers: z.array(broker).prefault([]).describe('HOST:PORT of one or more brokers'),
  tls: kafkaTls.prefault({}).describe('encryption to the brokers; files are PEM, read again at every connection'),
  sasl: kafkaSasl.prefault({}).describe('how to log in at the brokers'),
  group: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,100}$/, 'letters, digits, ".", "_", "-"; at most 100')
    .prefault('straggler')
    .describe('name of the group of collectors'),
  topics: z
    .strictObject({
      connections: z.string().prefault('straggler.connections').describe('events'),
      state: z.string().prefault('straggler.state').describe('what collectors have counted; compacted'),
      agents: z.string().prefault('straggler.agents').describe('heartbeats; compacted'),
      deadLetters: z.string().prefault('straggler.dead-letters').describe('what can never be delivered'),
    })
    .prefault({})
    .describe('names of the topics'),
  compression: z
    .enum(['zstd', 'gzip', 'none'])
    .prefault('zstd')
    .describe('of what agents send; gzip where something that reads it knows no zstd'),
  retention: duration.prefault('7d').describe('of straggler.connections, set when check makes the topics'),
});

const collector = z.strictObject({
  windows: z
    .array(windowLength)
    .min(1)
    .max(16)
    .prefault(['5m', '1h', '24h', '7d', '30d'])
    .describe('the rolling windows'),
  bucket: duration.prefault('10s').describe('how exact a window is'),
  limits: z
    .strictObject({
      listeners: z.int().min(1).max(10_000).prefault(200).describe('live pages open at a time'),
      topClients: z.int().min(0).max(10_000).prefault(100).describe('unknown clients that get a metric series each'),
    })
    .prefault({})
    .describe('what a collector may use'),
});

const canary = z.strictObject({
  addresses: z
    .array(canaryAddress)
    .max(200)
    .prefault([])
    .describe('where to connect to, and say goodbye: its row must come back through the logs within a minute'),
  every: canaryPause.prefault('5m').describe('how often; at least 1m apart'),
  from: z
    .array(oneAddress)
    .max(100)
    .prefault([])
    .describe("addresses that the servers see canaries come from, where they are not this host's (NAT, containers)"),
});

export const settingsSchema = z.strictObject({
  servers: z.record(z.string().min(1), server).prefault({}).describe('servers by name: roles, phases, what to expect'),
  balancers: z.array(addressOrCidr).prefault([]).describe('load balancers, whose probes are not clients'),
  canary: canary.prefault({}).describe('connections of our own that prove that a server logs'),
  headline: z
    .strictObject({ window: windowLength.prefault('24h').describe('how far back it looks') })
    .prefault({})
    .describe('the number that decides a switch-off'),
  stateDirectory: z.string().min(1).optional().describe('where state is kept; a folder of the platform where left out'),
  agent: agent.prefault({}).describe('following logs'),
  kafka: kafka.prefault({}).describe('between agents and collectors'),
  collector: collector.prefault({}).describe('counting and showing'),
  inventory: z.string().min(1).optional().describe('CSV of known clients'),
  privacy: z
    .strictObject({ users: z.enum(['keep', 'hash', 'drop']).prefault('keep').describe('keep, hash or drop the names') })
    .prefault({})
    .describe('what is kept of user names'),
  http: z
    .strictObject({
      listen: hostPort.optional().describe('127.0.0.1:9471, for an agent 127.0.0.1:9472, where left out'),
      allowInsecureListen: z
        .boolean()
        .prefault(false)
        .describe('serve an address other than loopback without TLS and authentication'),
      webConfigFile: z
        .string()
        .min(1)
        .optional()
        .describe("TLS and who may come, in a file of its own, as Prometheus' exporters have it"),
    })
    .prefault({})
    .describe('page, API and metrics'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).prefault('info').describe('debug, info, warn or error'),
      format: z.enum(['pretty', 'json']).optional().describe('pretty on a terminal, else json, where left out'),
    })
    .prefault({})
    .describe('what the program says of itself, on standard error'),
});

export type Settings = z.output<typeof settingsSchema>;
