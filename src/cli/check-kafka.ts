import type { Settings } from '../config/schema.ts';
import { openKafka } from '../delivery/kafka/client.ts';
import { topicIsHidden } from '../delivery/kafka/hidden-topic.ts';
import { refusalOf } from '../delivery/kafka/refusal.ts';
import type { KafkaSecurity } from '../delivery/kafka/security.ts';
import { checkTopics } from '../delivery/kafka/topic-check.ts';
import { createTopics, defaultPartitions } from '../delivery/kafka/topics.ts';
import { UserError } from '../runtime/errors.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { type CheckedProgram, checkRights } from './check-rights.ts';
import type { Finding } from './finding.ts';
import { kafkaSecurity } from './kafka-settings.ts';

/** Whether a broker answers and the topics are as they must be; makes those that are missing when asked to. */
export async function checkKafka(
  settings: Settings,
  { create, program }: { readonly create: boolean; readonly program: CheckedProgram | null },
): Promise<Finding[]> {
  const { brokers, topics, retention } = settings.kafka;
  const plan = { names: topics, partitions: defaultPartitions, retentionMs: retention };
  let security: KafkaSecurity;
  try {
    security = kafkaSecurity(settings, process.env);
  } catch (error) {
    return [problem(error)];
  }
  const findings = inTheClear(security);
  const kafka = openKafka({ brokers, security, clientId: 'straggler-check', retries: 2 }, silentLogger);
  const admin = kafka.admin();
  try {
    await admin.connect();
    // A broker without authentication closes the connection only at the first real question.
    await admin.describeCluster();
    findings.push({ verdict: 'ok', text: `a broker answers at ${brokers.join(', ')}` });
    const created = create ? await createTopics(admin, plan) : [];
    for (const topic of created) findings.push({ verdict: 'ok', text: `the topic ${topic} was made` });
    const found = await checkTopics(admin, plan, (topic) => topicIsHidden(kafka, topic));
    // Of a program that was named, the rights below say what it lacks; it need not see the topics of others.
    const problems = program === null ? found : found.filter(({ isHidden }) => isHidden !== true);
    for (const { severity, text, remedy } of problems) {
      findings.push({ verdict: severity === 'error' ? 'problem' : 'warning', text, remedy });
    }
    if (problems.length === 0) findings.push({ verdict: 'ok', text: 'all topics are as they should be' });
    const isWhole = !problems.some(({ severity }) => severity === 'error');
    if (isWhole) findings.push(...(await checkRights(kafka, settings.kafka, program)));
  } catch (error) {
    findings.push(problem(error, brokers));
  } finally {
    await admin.disconnect().catch(() => {});
  }
  return findings;
}

function inTheClear({ tls, sasl }: KafkaSecurity): Finding[] {
  if (tls !== null || sasl?.mechanism !== 'plain') return [];
  return [
    {
      verdict: 'warning',
      text: 'the password goes to the broker in the clear: kafka.sasl.mechanism is plain, and kafka.tls is not set',
      remedy: 'Use a listener with TLS, or a scram mechanism.',
    },
  ];
}

function problem(error: unknown, brokers: readonly string[] = []): Finding {
  if (error instanceof UserError) {
    return { verdict: 'problem', text: error.message, ...(error.remedy === null ? {} : { remedy: error.remedy }) };
  }
  const { kind, text, remedy } = refusalOf(error);
  if (kind === 'unreachable') {
    return {
      verdict: 'problem',
      text: `no broker answers at ${brokers.join(', ')}: ${text}`,
      remedy: 'Check the addresses, and that this host may reach them.',
    };
  }
  const sentence = remedy === null ? {} : { remedy: `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.` };
  return { verdict: 'problem', text, ...sentence };
}
