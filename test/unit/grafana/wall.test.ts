import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colours } from '../../../grafana/colours.ts';
import { recordingRules } from '../deploy/rule-file.ts';
import { type Panel, dashboardFile } from './dashboard-file.ts';

const wall = dashboardFile('wall.json');
const [headline] = wall.panels;

/** Font sizes in px that a panel uses. */
function sizes({ options }: Panel): number[] {
  const inHtml = [...(options.content ?? '').matchAll(/font-size: (\d+)px/g)].map(([, size]) => Number(size));
  return [...inHtml, ...(options.text === undefined ? [] : [options.text.titleSize, options.text.valueSize])];
}

test('the wall fills 24 x 27 units: a 1080p screen in kiosk mode, without scrolling', () => {
  const area = wall.panels.reduce((sum, { gridPos }) => sum + gridPos.w * gridPos.h, 0);
  assert.equal(area, 24 * 27);
  assert.equal(Math.max(...wall.panels.map(({ gridPos }) => gridPos.y + gridPos.h)), 27);
});

test('it refreshes every 30 seconds and needs nobody to choose anything', () => {
  assert.equal(wall.refresh, '30s');
  assert.deepEqual(
    wall.templating.list.map(({ name, type, hide }) => ({ name, type, hide })),
    [{ name: 'datasource', type: 'datasource', hide: 2 }],
  );
});

test('the headline is over 100 px, and nothing is under 32 px', () => {
  assert.ok(headline!.options.text!.valueSize > 100);
  for (const panel of wall.panels) {
    // Grafana sets a panel's title in 14 px, and the cells of tables and axes in 12 to 14.
    assert.equal(panel.title, '', `panel ${panel.id}: title`);
    assert.ok(['stat', 'text'].includes(panel.type), `panel ${panel.id}: type`);
    assert.ok(sizes(panel).length > 0, `panel ${panel.id}: it chooses no size`);
    for (const size of sizes(panel)) assert.ok(size >= 32, `panel ${panel.id}: ${size} px`);
  }
});

/** How many values a panel shows at most. */
function rows({ targets = [], options }: Panel): number {
  if (options.orientation !== 'horizontal') return 1;
  const most = targets.map(({ expr }) => {
    const rule = recordingRules.find((one) => expr.includes(one.record) && one.expr.startsWith('topk'));
    return Number(/topk\((\d+),/.exec(rule?.expr ?? expr)?.[1] ?? 1);
  });
  return most.reduce((sum, count) => sum + count, 0);
}

test('all text fits into its panel', () => {
  const lineHeight = 1.2;
  // A unit is 30 px and 8 between; a panel has a frame of 1 and a padding of 8; values of a list lie 3 apart.
  for (const panel of wall.panels) {
    const height = panel.gridPos.h * 38 - 8 - 18;
    const list = panel.options.orientation === 'horizontal';
    const row = list ? Math.max(...sizes(panel)) : sizes(panel).reduce((sum, size) => sum + size, 0);
    const needed = rows(panel) * row * lineHeight + (rows(panel) - 1) * 3;
    assert.ok(needed <= height, `panel ${panel.id}: ${needed} px of text in ${height}`);
  }
  assert.deepEqual(
    wall.panels.map(rows).filter((count) => count > 1),
    [5, 5, 5, 3, 3],
  );
});

test('at most the newest five addresses are shown', () => {
  const withAddresses = wall.panels.flatMap(({ targets = [] }) =>
    targets.filter(({ expr, legendFormat = '' }) => /client_ip/.test(legendFormat + expr)),
  );
  assert.deepEqual(
    withAddresses.map(({ expr }) => expr),
    ['sort_desc(straggler:unknown:newest{window="24h"})'],
  );
  const newest = recordingRules.filter(({ record }) => record === 'straggler:unknown:newest');
  assert.ok(newest.length > 0 && newest.every(({ expr }) => expr.startsWith('topk(5,')));
});

test('each verdict has its word and its colour', () => {
  const verdicts = recordingRules.flatMap(({ record, labels }) =>
    record === 'straggler:wall:verdict' ? [labels?.['verdict']] : [],
  );
  const { overrides, defaults } = headline!.fieldConfig!;
  assert.deepEqual(
    overrides.map(({ matcher }) => matcher.options),
    verdicts,
  );
  const shown = Object.fromEntries(
    overrides.map(({ matcher, properties }) => {
      const [name, colour] = properties.map(({ value }) => value);
      return [matcher.options, [colour, name]];
    }),
  );
  const fixed = (fixedColor: string): object => ({ mode: 'fixed', fixedColor });
  const window = 'last ${__field.labels.window}';
  assert.deepEqual(shown, {
    attention: [fixed(colours.unknown), `CLIENTS LEFT, UNKNOWN AMONG THEM · legacy servers, ${window}`],
    remaining: [fixed(colours.remaining), `CLIENTS LEFT, NONE UNKNOWN · legacy servers, ${window}`],
    clear: [fixed(colours.clear), `no client on legacy servers in the ${window}, evidence complete`],
    blind: [fixed(colours.blind), 'a zero would prove nothing: see the evidence below'],
  });
  const [mapping] = defaults.mappings!;
  assert.deepEqual([mapping!.options['0']?.text, mapping!.options['-1']?.text], ['ALL CLEAR', 'BLIND']);
  assert.equal(defaults.noValue, 'BLIND');
});

test('no colour stands without words that say the same', () => {
  for (const { id, fieldConfig, targets = [] } of wall.panels) {
    const coloured = (fieldConfig?.defaults.thresholds?.steps ?? []).some(({ color }) => color !== colours.neutral);
    if (!coloured || id === headline!.id) continue;
    const words = targets.map(({ legendFormat = '' }) => legendFormat.replaceAll(/\{\{[^}]*\}\}/g, '').trim());
    const told =
      words.every((word) => word !== '') || targets.some(({ legendFormat = '' }) => /reason/.test(legendFormat));
    const caption = captionAbove(id);
    assert.ok(told || caption !== '', `panel ${id}`);
  }
});

function captionAbove(id: number): string {
  const { x, y } = wall.panels.find((panel) => panel.id === id)!.gridPos;
  return wall.panels.find(({ gridPos }) => gridPos.x === x && gridPos.y + gridPos.h === y)?.options.content ?? '';
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** Black or white on a colour, as Grafana chooses it: by brightness. */
function contrast(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const dark = (red! * 299 + green! * 587 + blue! * 114) / 1000 < 128;
  return dark ? 1.05 / (luminance(colour) + 0.05) : (luminance(colour) + 0.05) / 0.05;
}

test('text stands out from every colour of the wall: contrast 4.5 and more', () => {
  for (const [name, colour] of Object.entries(colours)) {
    assert.ok(contrast(colour) >= 4.5, `${name}: ${contrast(colour).toFixed(2)}`);
  }
});
