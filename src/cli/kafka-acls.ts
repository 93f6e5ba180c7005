/** The least that Kafka's authorizer has to allow, as commands of its own tool. */
import type { Settings } from '../config/schema.ts';
import type { AccessRule } from '../delivery/kafka/rights.ts';

type Kafka = Settings['kafka'];

export type AccessProgram = 'agent' | 'collector' | 'check';

/** What each program needs. Read and Write include Describe. */
export function accessRules({ topics, group }: Kafka): Readonly<Record<AccessProgram, readonly AccessRule[]>> {
  const { connections, state, agents, deadLetters } = topics;
  return {
    agent: [
      { kind: 'topic', name: connections, operations: ['Write', 'DescribeConfigs'] },
      { kind: 'topic', name: agents, operations: ['Read', 'Write'] },
      // It reads them for a minute after its start, to find out whether its state was rolled back or copied.
      { kind: 'group', name: 'straggler-agent-', prefixed: true, operations: ['Read'] },
      { kind: 'topic', name: deadLetters, operations: ['Write'] },
    ],
    collector: [
      { kind: 'topic', name: connections, operations: ['Read'] },
      { kind: 'topic', name: state, operations: ['Read', 'Write'] },
      { kind: 'topic', name: agents, operations: ['Read'] },
      { kind: 'topic', name: deadLetters, operations: ['Write'] },
      { kind: 'group', name: group, operations: ['Read'] },
      // Every collector reads the state in a group of its own, named anew at each start.
      { kind: 'group', name: `${group}-follower-`, prefixed: true, operations: ['Read'] },
      { kind: 'transactional-id', name: `straggler-${group}-`, prefixed: true, operations: ['Write'] },
    ],
    check: [connections, state, agents, deadLetters].map((name) => ({
      kind: 'topic',
      name,
      operations: ['Describe', 'DescribeConfigs', 'Create'],
    })),
  };
}

function command(rule: AccessRule, broker: string, principal: string): string {
  const pattern = rule.prefixed === true ? ' --resource-pattern-type prefixed' : '';
  const operations = rule.operations.map((operation) => ` --operation ${operation}`).join('');
  return `kafka-acls.sh --bootstrap-server ${broker} --add --allow-principal ${principal}${operations} --${rule.kind} ${rule.name}${pattern}`;
}

const purposes: Readonly<Record<AccessProgram, string>> = {
  agent: 'straggler agent',
  collector: 'straggler collector, and straggler state with --brokers',
  check: 'straggler check (Create is for --create-topics alone)',
};

/** One command a rule, in blocks by program; `User:…` stands for the principal of that program's account. */
export function accessCommands(kafka: Kafka): string {
  const [broker = 'localhost:9092'] = kafka.brokers;
  const rules = accessRules(kafka);
  const blocks = (Object.keys(purposes) as AccessProgram[]).map((program) => {
    const lines = rules[program].map((rule) => command(rule, broker, `User:straggler-${program}`));
    return [`# ${purposes[program]}`, ...lines, ''].join('\n');
  });
  return `# Replace the names behind "User:" by those of your accounts.\n\n${blocks.join('\n')}`;
}
