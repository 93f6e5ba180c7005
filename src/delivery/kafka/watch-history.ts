import type { AgentReport } from '../../event/agent-report.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { AgentDelivery } from './agent-delivery.ts';
import { HistoryWatch } from './history-watch.ts';
import type { HistoryWatchOptions } from './history-watch.ts';
import type { HistoryFinding } from './own-history.ts';

/** Watches the reports on behalf of a delivery: what is found out about its state has its lanes replaced. */
export function watchHistory(
  delivery: AgentDelivery,
  options: Omit<HistoryWatchOptions, 'own' | 'onFinding'>,
): HistoryWatch {
  return new HistoryWatch({
    ...options,
    own: {
      get agent() {
        return delivery.state.agent;
      },
      lastSlice: (lane) => delivery.lastSlice(lane),
    },
    onFinding: (finding, report) => beginAnew(delivery, finding, report, options.logger),
  });
}

const messages: Readonly<Record<HistoryFinding['reason'], string>> = {
  copied:
    'Another agent uses a copy of this state: what both of them read counts twice. Give each a state folder of its own. Lanes begin anew',
  'rolled back':
    'This state was rolled back: it has published more than it knows, and what is read again counts twice. Lanes begin anew',
};

async function beginAnew(
  delivery: AgentDelivery,
  finding: HistoryFinding,
  { name, server, at }: AgentReport,
  logger: Logger,
): Promise<void> {
  await delivery.replaceLanes(finding);
  logger.error({ lanes: finding.lanes, name, server, at }, messages[finding.reason]);
}
