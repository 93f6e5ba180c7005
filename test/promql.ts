/**
 * The metrics, labels and words that a PromQL expression names, found by its form alone: enough to hold dashboards and
 * rules to the catalogue. Whether it is valid is for Prometheus to say.
 */
import assert from 'node:assert/strict';
import { type MetricDefinition, catalogue } from '../src/telemetry/catalogue.ts';

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
}

const keywords = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan', 'atan2']);
const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;

export function selectorsOf(expr: string): Selector[] {
  const texts: string[] = [];
  const bare = expr
    .replaceAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g, (_, double: string | undefined, single: string) => {
      texts.push(double ?? single);
      return `"${texts.length - 1}"`;
    })
    .replaceAll(/#.*$/gm, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\boffset\s+\w+/g, '')
    .replaceAll(grouping, '');
  const selectors: Selector[] = [];
  for (const match of bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g)) {
    const [, metric = '', rest = ''] = match;
    // A number's exponent or a reference to a text is no name.
    if (rest === '(' || keywords.has(metric.toLowerCase()) || /[\w.]/.test(bare[match.index - 1] ?? '')) continue;
    const matchers = [...rest.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"(\d+)"/g)].map(([, label = '', index]) => ({
      label,
      value: texts[Number(index)] ?? '',
    }));
    selectors.push({ metric, matchers });
  }
  return selectors;
}

function definitionOf(metric: string): MetricDefinition | undefined {
  const metrics: Readonly<Record<string, MetricDefinition>> = catalogue;
  const name = metric.replace(/^straggler_/, '');
  const family = name.replace(/_(?:bucket|sum|count)$/, '');
  return metrics[name] ?? (metrics[family]?.type === 'histogram' ? metrics[family] : undefined);
}

/** Fails unless every metric is in the catalogue or recorded, with labels it has and words those labels know. */
export function holdToCatalogue(where: string, expr: string, recorded: ReadonlySet<string>): void {
  for (const { metric, matchers } of selectorsOf(expr)) {
    if (metric.startsWith('straggler:')) {
      assert.ok(recorded.has(metric), `${where}: no rule records ${metric}`);
      continue;
    }
    const definition = definitionOf(metric);
    assert.ok(metric.startsWith('straggler_') && definition, `${where}: the catalogue has no ${metric}`);
    for (const { label, value } of matchers) {
      if (label === 'job' || label === 'instance') continue;
      const words = definition.labels[label];
      assert.ok(words !== undefined, `${where}: ${metric} has no label ${label}`);
      if (words === 'open' || value === '') continue;
      for (const word of value.split('|')) assert.ok(words.includes(word), `${where}: ${label}="${word}" is never set`);
    }
  }
}
