import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const deployFolder: string = fileURLToPath(new URL('../../../deploy/', import.meta.url));
export const ruleFile = `${deployFolder}prometheus/straggler.rules.yaml`;

const { groups } = parse(readFileSync(ruleFile, 'utf8')) as {
  groups: readonly { readonly rules: readonly (RecordingRule | AlertingRule)[] }[];
};
const rules = groups.flatMap((group) => group.rules);

export const recordingRules: readonly RecordingRule[] = rules.filter((rule) => 'record' in rule);
export const alertingRules: readonly AlertingRule[] = rules.filter((rule) => 'alert' in rule);
export const recordedNames: ReadonlySet<string> = new Set(recordingRules.map((rule) => rule.record));
