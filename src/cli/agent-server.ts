/** An agent's own endpoint: metrics with a prefix of their own, whether it lives and is ready, and its state in words. */
import type { Agent } from '../agent/agent.ts';
import type { Settings } from '../config/schema.ts';
import type { AgentReports } from '../delivery/counting.ts';
import type { KafkaDelivery } from '../delivery/kafka/agent-delivery.ts';
import type { AgentReport } from '../event/agent-report.ts';
import { operationRoutes } from '../http/operation-routes.ts';
import { json } from '../http/answer.ts';
import { type HttpServer, serve } from '../http/server.ts';
import { agentFigureNames, agentFigures } from '../telemetry/agent-figures.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createRegistry } from '../telemetry/registry.ts';
import { revision, version } from './version.ts';
import { webSecurity } from './web-security.ts';

const defaultListen = { host: '127.0.0.1', port: 9472 };
const connectionsMax = 64;

/** Keeps the latest report of every server on its way to the broker: what the agent shows of itself. */
export class AgentOwnReports implements AgentReports {
  readonly #onward: AgentReports;
  readonly #latest = new Map<string, AgentReport>();

  constructor(onward: AgentReports) {
    this.#onward = onward;
  }

  accept(report: AgentReport): void {
    this.#latest.set(report.server, report);
    this.#onward.accept(report);
  }

  latest(): Iterable<AgentReport> {
    return this.#latest.values();
  }
}

export interface AgentServerOptions {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly agent: Agent;
  readonly delivery: KafkaDelivery;
  readonly reports: AgentOwnReports;
}

export async function serveAgent({
  settings,
  logger,
  agent,
  delivery,
  reports,
}: AgentServerOptions): Promise<HttpServer> {
  const registry = createRegistry({
    prefix: 'straggler_local_',
    names: [...agentFigureNames, 'build_info'],
    processMetrics: true,
  });
  const figures = agentFigures(registry);
  registry.onScrape(() => {
    figures.show(reports.latest(), (server) => server);
    registry.show('build_info', [[{ version, revision }, 1]]);
  });
  let scanned = false;
  let acknowledged = false;
  void agent.firstScanDelivered.then(() => {
    scanned = true;
  });
  /** Ready once what was there at the start is read and taken by the broker, and while the broker takes what comes. */
  const unready = (): string[] => {
    const { outage, chunksWaiting } = delivery.status();
    acknowledged ||= scanned && chunksWaiting === 0;
    if (outage !== null) return [`the broker does not take what is published: ${outage.reason}`];
    if (!scanned) return ['the first scan is not yet read to its end'];
    return acknowledged ? [] : [`${chunksWaiting} chunks of the first scan wait for the broker`];
  };
  return await serve({
    listen: settings.http.listen ?? defaultListen,
    allowInsecureListen: settings.http.allowInsecureListen,
    security: webSecurity(settings),
    connectionsMax,
    log: logger,
    onBound: (bound) => logger.warn({ bound }, 'a limit of the HTTP server was met'),
    routes: [
      ...operationRoutes({ registry, stuck: () => [], unready }),
      {
        path: '/status',
        parameters: [],
        answer: () =>
          json({ version, agent: agent.status(), delivery: delivery.status(), reports: [...reports.latest()] }),
      },
    ],
  });
}
