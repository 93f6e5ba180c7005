import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { catalogue } from '../../../src/telemetry/catalogue.ts';
import { holdToCatalogue } from '../../promql.ts';
import { recordedNames } from '../deploy/rule-file.ts';
import { type Panel, dashboardFile, dashboardNames } from './dashboard-file.ts';

const dashboards = dashboardNames.map((name) => ({ name, board: dashboardFile(name) }));
const everyPanel = dashboards.flatMap(({ name, board }) =>
  board.panels.map((panel) => ({ where: `${name}, panel ${panel.id}`, panel })),
);

/** Panels that every supported Grafana draws alike. */
const types = new Set(['stat', 'timeseries', 'table', 'state-timeline', 'bargauge', 'text']);
/** Ids of Grafana's units; one it does not know would be shown as a suffix. */
const units = new Set(['none', 'short', 'percentunit', 's', 'bytes', 'Bps', 'cps', 'ops', 'bool_yes_no']);
const schemaVersionOfGrafana104 = 39;

test('the committed files are what the code makes', () => {
  const program = fileURLToPath(new URL('../../generated.ts', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [program, '--check'], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
});

test('the dashboards are seen by these tests', () => {
  assert.ok(dashboardNames.includes('wall.json'));
  assert.ok(everyPanel.length > 10);
});

test('a dashboard can be linked to, is not edited in place, and refreshes', () => {
  for (const { name, board } of dashboards) {
    assert.equal(board.uid, `straggler-${name.replace('.json', '')}`);
    assert.equal(board.editable, false);
    assert.match(board.refresh, /^\d+[sm]$/);
    assert.equal(board.schemaVersion, schemaVersionOfGrafana104);
    assert.ok(board.title !== '' && board.description !== '');
  }
});

test('panels lie beside each other within 24 columns', () => {
  for (const { name, board } of dashboards) {
    const taken = new Map<string, number>();
    for (const { id, gridPos } of board.panels) {
      assert.ok(gridPos.x >= 0 && gridPos.w >= 1 && gridPos.x + gridPos.w <= 24, `${name}, panel ${id}: its columns`);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          const cell = `${x},${y}`;
          assert.equal(taken.get(cell), undefined, `${name}: panels ${taken.get(cell)} and ${id} overlap at ${cell}`);
          taken.set(cell, id);
        }
      }
    }
  }
});

test('panels have ids of their own, a known type, a description, and references of their own', () => {
  for (const { board } of dashboards) {
    assert.equal(new Set(board.panels.map(({ id }) => id)).size, board.panels.length);
  }
  for (const { where, panel } of everyPanel) {
    assert.ok(Number.isInteger(panel.id) && panel.id > 0, where);
    assert.ok(types.has(panel.type), `${where}: type ${panel.type}`);
    assert.ok(panel.description.length > 10, `${where}: description`);
    const references = (panel.targets ?? []).map(({ refId }) => refId);
    assert.equal(new Set(references).size, references.length, `${where}: reference letters`);
    assert.equal(references.length > 0, panel.type !== 'text', `${where}: queries`);
  }
});

test('numbers have a unit, words for no value, and the last value where one is shown', () => {
  for (const { where, panel } of everyPanel.filter(({ panel }) => panel.type !== 'text')) {
    const { unit, noValue } = panel.fieldConfig!.defaults;
    assert.ok(unit !== undefined && units.has(unit), `${where}: unit ${unit}`);
    assert.ok(noValue, `${where}: noValue`);
    if (panel.type === 'stat') assert.deepEqual(panel.options.reduceOptions?.calcs, ['lastNotNull'], where);
  }
});

test('every query asks the data source that the dashboard chooses', () => {
  for (const { name, board } of dashboards) {
    assert.deepEqual(
      board.templating.list.filter(({ type }) => type === 'datasource').map((variable) => variable.name),
      ['datasource'],
      name,
    );
  }
  for (const { where, panel } of everyPanel) {
    for (const { datasource } of panel.targets ?? []) {
      assert.deepEqual(datasource, { type: 'prometheus', uid: '${datasource}' }, where);
    }
  }
});

const counters: ReadonlySet<string> = new Set(
  Object.entries(catalogue).flatMap(([name, { type }]) => (type === 'counter' ? [`straggler_${name}`] : [])),
);

/** Counters whose plain value an expression uses, and rates over another interval than the one Grafana reckons. */
function misused(expr: string): string[] {
  const rated = /\b(?:rate|irate|increase)\s*\(\s*(\w+)\s*(?:\{[^}]*\})?\s*\[([^\]]*)\]/g;
  const wrong = [...expr.matchAll(rated)].filter(([, , interval]) => interval !== '$__rate_interval');
  const plain = [...expr.replaceAll(rated, '').matchAll(/\bstraggler_\w+/g)].filter(([name]) => counters.has(name));
  return [...wrong, ...plain].map(([text]) => text);
}

test('queries name only what the collector or a rule provides, and counters as rates only', () => {
  for (const { where, panel } of everyPanel) {
    for (const { expr, refId } of panel.targets ?? []) {
      holdToCatalogue(`${where}, query ${refId}`, expr, recordedNames);
      assert.deepEqual(misused(expr), [], `${where}, query ${refId}`);
    }
  }
});

test('a counter without rate, and a rate over a fixed interval, would be found', () => {
  assert.deepEqual(misused('sum(rate(straggler_connections_total{server="EX01"}[$__rate_interval]))'), []);
  assert.equal(misused('sum(straggler_connections_total)').length, 1);
  assert.equal(misused('rate(straggler_connections_total[5m])').length, 1);
});

test('labels in the names of values are labels of the query', () => {
  const known = new Set([
    'window',
    'verdict',
    'reason',
    ...Object.values(catalogue).flatMap((m) => Object.keys(m.labels)),
  ]);
  const labels = ({ targets = [] }: Panel): string[] =>
    targets.flatMap(({ legendFormat = '' }) =>
      [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    );
  for (const { where, panel } of everyPanel) {
    for (const label of labels(panel)) assert.ok(known.has(label), `${where}: {{${label}}}`);
  }
});
