/** Who may import whom: folder of src -> folders it may import besides itself. `cli` may import all. */
export const layers: Readonly<Record<string, readonly string[]>> = {
  event: [],
  'exchange-log': ['event'],
  sighting: ['event'],
  window: [],
  runtime: [],
  inventory: ['event', 'runtime', 'sighting'],
  markup: ['event', 'inventory', 'runtime'],
  telemetry: ['event', 'runtime'],
  config: ['inventory', 'runtime'],
  delivery: ['event', 'sighting', 'runtime', 'telemetry'],
  agent: ['event', 'exchange-log', 'delivery', 'runtime', 'telemetry'],
  http: ['runtime', 'telemetry'],
  collector: ['event', 'sighting', 'window', 'inventory', 'delivery', 'http', 'markup', 'runtime', 'telemetry'],
  report: ['event', 'exchange-log', 'sighting', 'inventory', 'markup', 'runtime'],
  simulator: ['runtime'],
};

/** Folders that only `cli` may put together: the implementations behind the delivery seam. */
export const implementations: readonly string[] = ['delivery/embedded', 'delivery/kafka', 'delivery/store'];

/** Each third-party package, and the only files or folders of src that may import it. */
export const doors: Readonly<Record<string, readonly string[]>> = {
  bcryptjs: ['http/passwords.ts'],
  chokidar: ['agent/watch.ts'],
  'cli-progress': ['cli/'],
  commander: ['cli/'],
  'csv-parse': ['inventory/'],
  'csv-stringify': ['sighting/', 'inventory/'],
  fastify: ['http/'],
  'ipaddr.js': ['inventory/'],
  kafkajs: ['delivery/kafka/client.ts', 'delivery/kafka/kafkajs-inside.d.ts', 'delivery/kafka/produce-request.ts'],
  'node:sqlite': ['delivery/store/', 'delivery/embedded/', 'delivery/kafka/'],
  pino: ['telemetry/pino-logger.ts'],
  'pino-pretty': ['telemetry/pino-logger.ts'],
  'prom-client': ['telemetry/registry.ts'],
  split2: ['report/'],
  'string-width': ['report/'],
  yaml: ['config/'],
  zod: ['config/', 'event/', 'inventory/', 'delivery/kafka/', 'sighting/', 'http/', 'collector/'],
};
