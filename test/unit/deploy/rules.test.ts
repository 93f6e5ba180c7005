import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import type { EvidenceGap } from '../../../src/collector/views.ts';
import { holdToCatalogue, selectorsOf } from '../../promql.ts';
import { findProgram } from '../../find-program.ts';
import { missing } from '../../require.ts';
import { alertingRules, deployFolder, recordedNames, recordingRules, ruleFile } from './rule-file.ts';

const folder = join(deployFolder, 'prometheus');
const testFiles = globSync('tests/*.test.yaml', { cwd: folder }).toSorted();

function promtool(t: TestContext, ...arguments_: string[]): void {
  const program = findProgram('promtool');
  if (program === null) return missing(t, 'promtool (Debian: prometheus)');
  const { status, stdout, stderr } = spawnSync(program, arguments_, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}

test('promtool finds nothing to say about the rules', (t) => {
  promtool(t, 'check', 'rules', '--lint=all', '--lint-fatal', ruleFile);
});

test('promtool accepts the configuration, and the rules it names', (t) => {
  promtool(t, 'check', 'config', '--lint=all', '--lint-fatal', 'prometheus.yml');
});

test('the rules do what their own tests say', (t) => {
  assert.ok(testFiles.length >= 5);
  promtool(t, 'test', 'rules', ...testFiles);
});

test('the rules name only metrics, labels and words of the catalogue', () => {
  for (const rule of recordingRules) holdToCatalogue(rule.record, rule.expr, recordedNames);
  let queries = 0;
  for (const { alert, expr, annotations } of alertingRules) {
    holdToCatalogue(alert, expr, recordedNames);
    // Texts within a template that name a metric are queries; %q stands for a label's value.
    const templates = Object.values(annotations).flatMap((text) => [...text.matchAll(/\{\{(.*?)\}\}/gs)]);
    for (const [, template = ''] of templates) {
      for (const [, double, backward] of template.matchAll(/"([^"]*straggler[^"]*)"|`([^`]*straggler[^`]*)`/g)) {
        holdToCatalogue(alert, (double ?? backward ?? '').replaceAll('%q', '""'), recordedNames);
        queries++;
      }
    }
  }
  assert.equal(queries, 2, 'queries in annotations');
});

test('metrics are found in an expression wherever they stand', () => {
  const expr = `sum by (server) (rate(a_total{x="1",y=~"b|c"}[5m] offset 1h)) > 2e3 # d
    and on (e) max_over_time(f:g:h[10m]) unless label_replace(i, "j", "$1", "k", "l{m}") or vector(1)`;
  assert.deepEqual(
    selectorsOf(expr).map(({ metric }) => metric),
    ['a_total', 'f:g:h', 'i'],
  );
  const [first] = selectorsOf(expr);
  assert.deepEqual(first?.matchers, [
    { label: 'x', value: '1' },
    { label: 'y', value: 'b|c' },
  ]);
  for (const wrong of ['straggler_client', 'straggler:none', 'up', 'straggler_clients{server="EX01"}']) {
    assert.throws(() => holdToCatalogue('here', wrong, recordedNames), /here: /);
  }
  assert.throws(
    () => holdToCatalogue('here', 'straggler_clients{status=~"known|strange"}', recordedNames),
    /status="strange" is never set/,
  );
});

test('every alert has a severity, a summary, a description and a runbook with its four chapters', () => {
  const severities = new Set(['critical', 'warning', 'info', 'none']);
  for (const { alert, labels, annotations } of alertingRules) {
    assert.ok(severities.has(labels['severity'] ?? ''), `${alert}: severity`);
    assert.ok(labels['component'], `${alert}: component`);
    for (const key of ['summary', 'description']) assert.ok(annotations[key], `${alert}: ${key}`);
    assert.equal(annotations['runbook_url'], `deploy/prometheus/runbooks/${alert}.md`);
    const text = readFileSync(join(folder, 'runbooks', `${alert}.md`), 'utf8');
    const chapters = [...text.matchAll(/^##? (.*)$/gm)].map((match) => match[1]);
    assert.deepEqual(chapters, [alert, 'Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
    for (const [, link = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
      assert.ok(existsSync(join(folder, 'runbooks', link)), `${alert}.md: there is no ${link}`);
    }
  }
  assert.deepEqual(
    globSync('runbooks/*.md', { cwd: folder }).length,
    alertingRules.length,
    'a runbook stands there without an alert',
  );
});

test('every alert is seen firing by a promtool test', () => {
  interface Tests {
    readonly tests: readonly {
      readonly alert_rule_test?: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
    }[];
  }
  const fired = new Set(
    testFiles
      .flatMap((file) => (parse(readFileSync(join(folder, file), 'utf8')) as Tests).tests)
      .flatMap((one) => one.alert_rule_test ?? [])
      .filter(({ exp_alerts: alerts }) => alerts.length > 0)
      .map(({ alertname }) => alertname),
  );
  for (const { alert } of alertingRules) assert.ok(fired.has(alert), `no promtool test sees ${alert} firing`);
});

/** Complete by its type: a reason that is added does not compile until it stands here. */
const reasons: Readonly<Record<EvidenceGap['reason'], true>> = {
  'agent silent': true,
  'never reported': true,
  'no rows': true,
  'no proof of logging': true,
  'reading back': true,
  loss: true,
  'scan failing': true,
  'two agents': true,
  'state incomplete': true,
  'nothing followed': true,
  'canary refused': true,
  'canary missing': true,
  'bytes at risk': true,
  'state history': true,
};

test('the runbook of incomplete evidence explains every reason there is', () => {
  const text = readFileSync(join(folder, 'runbooks/EvidenceIncomplete.md'), 'utf8');
  const explained = [...text.matchAll(/^\| ([a-z ]+?) +\|/gm)]
    .map((match) => match[1])
    .filter((word) => word !== 'reason');
  assert.deepEqual(explained.toSorted(), Object.keys(reasons).toSorted());
});
