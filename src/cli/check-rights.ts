/** Whether the account of the settings may do what a program does: each right that is missing is a sentence. */
import type { Settings } from '../config/schema.ts';
import type { Kafka } from '../delivery/kafka/client.ts';
import { type MissingRight, missingRights, type Operation } from '../delivery/kafka/rights.ts';
import type { Finding } from './finding.ts';
import { accessRules } from './kafka-acls.ts';

export type CheckedProgram = 'agent' | 'collector';

const deeds: Readonly<Record<Operation, string>> = {
  Read: 'read',
  Write: 'write to',
  Describe: 'see',
  DescribeConfigs: 'read the settings of',
  Create: 'create',
};

/**
 * `program` null: nobody said whose account it is. It is then looked at as a collector's, and what is missing is no
 * problem yet.
 */
export async function checkRights(
  kafka: Kafka,
  settings: Settings['kafka'],
  program: CheckedProgram | null,
): Promise<Finding[]> {
  const looked = program ?? 'collector';
  const missing = await missingRights(kafka, accessRules(settings)[looked]);
  if (missing.length === 0) return [{ verdict: 'ok', text: `this account may do what ${articles[looked]} does` }];
  return missing.map((right) => ({
    verdict: program === null ? 'warning' : 'problem',
    text: `this account, as ${articles[looked]}'s, may not ${whatOf(right)}`,
    remedy: `Run \`straggler check --print-acls\` for the commands that allow it${program === null ? ', or say --for agent if it is one' : ''}.`,
  }));
}

const articles: Readonly<Record<CheckedProgram, string>> = { agent: 'an agent', collector: 'a collector' };

function whatOf({ rule: { kind, name, prefixed }, operation }: MissingRight): string {
  const which = prefixed === true ? `that begin with ${name}` : name;
  if (kind === 'topic') return `${deeds[operation]} the topic ${which}`;
  if (kind === 'group')
    return prefixed === true ? `be a member of groups ${which}` : `be a member of the group ${which}`;
  return `write transactions under ids ${which}`;
}
