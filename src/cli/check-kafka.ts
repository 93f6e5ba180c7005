import type { Settings } from '../config/schema.ts';
import { openKafka } from '../delivery/kafka/client.ts';
import { checkTopics } from '../delivery/kafka/topic-check.ts';
import { createTopics, defaultPartitions } from '../delivery/kafka/topics.ts';
import { silentLogger } from '../telemetry/logger.ts';
import type { Finding } from './finding.ts';
import { kafkaSecurity } from './kafka-settings.ts';

/** Whether a broker answers and the topics are as they must be; makes those that are missing when asked to. */
export async function checkKafka(settings: Settings, create: boolean): Promise<Finding[]> {
  const { brokers, topics, retention } = settings.kafka;
  const plan = { names: topics, partitions: defaultPartitions, retentionMs: retention };
  const security = kafkaSecurity(settings, process.env);
  const admin = openKafka({ brokers, security, clientId: 'straggler-check' }, silentLogger).admin();
  try {
    await admin.connect();
  } catch (error) {
    return [
      {
        verdict: 'problem',
        text: `no broker answers at ${brokers.join(', ')}: ${(error as Error).message}`,
        remedy: 'Check the addresses, and that this host may reach them.',
      },
    ];
  }
  try {
    const findings: Finding[] = [{ verdict: 'ok', text: `a broker answers at ${brokers.join(', ')}` }];
    const created = create ? await createTopics(admin, plan) : [];
    for (const topic of created) findings.push({ verdict: 'ok', text: `the topic ${topic} was made` });
    const problems = await checkTopics(admin, plan);
    for (const { severity, text, remedy } of problems) {
      findings.push({ verdict: severity === 'error' ? 'problem' : 'warning', text, remedy });
    }
    if (problems.length === 0) findings.push({ verdict: 'ok', text: 'all topics are as they should be' });
    return findings;
  } finally {
    await admin.disconnect();
  }
}
