/** Does at a broker what commands of kafka-acls.sh say, without starting a JVM for each. */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import kafkajs from 'kafkajs';
import type { AclEntry } from 'kafkajs';
import { openKafka } from '../../src/delivery/kafka/client.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const operations: Readonly<Record<string, AclEntry['operation']>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

const options = {
  'bootstrap-server': { type: 'string' },
  add: { type: 'boolean' },
  'allow-principal': { type: 'string' },
  operation: { type: 'string', multiple: true },
  topic: { type: 'string' },
  group: { type: 'string' },
  'transactional-id': { type: 'string' },
  'resource-pattern-type': { type: 'string' },
} as const;

function rules(command: string): AclEntry[] {
  const [program, ...own] = command.split(' ');
  assert.equal(program, 'kafka-acls.sh');
  const { values } = parseArgs({ args: own, options, strict: true });
  assert.equal(values.add, true);
  const resources = [
    [AclResourceTypes.TOPIC, values.topic],
    [AclResourceTypes.GROUP, values.group],
    [AclResourceTypes.TRANSACTIONAL_ID, values['transactional-id']],
  ] as const;
  const named = resources.filter(([, name]) => name !== undefined);
  assert.equal(named.length, 1, command);
  const [[resourceType, resourceName = ''] = [AclResourceTypes.UNKNOWN, '']] = named;
  const pattern = values['resource-pattern-type'];
  return (values.operation ?? []).map((operation) => ({
    resourceType,
    resourceName,
    resourcePatternType: pattern === 'prefixed' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: values['allow-principal'] ?? '',
    host: '*',
    operation: operations[operation] ?? assert.fail(`${command}: ${operation}`),
    permissionType: AclPermissionTypes.ALLOW,
  }));
}

/** `broker`: a listener at which everybody is a super user. */
export async function grant(broker: string, commands: readonly string[]): Promise<void> {
  const admin = openKafka({ brokers: [broker], clientId: 'grant' }, silentLogger).admin();
  await admin.connect();
  try {
    await admin.createAcls({ acl: commands.flatMap(rules) });
  } finally {
    await admin.disconnect();
  }
}
