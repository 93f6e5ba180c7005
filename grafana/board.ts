/**
 * The one door to Grafana's SDK. It makes classic dashboards (what file provisioning, Terraform and the operator take)
 * and sets what the SDK leaves to chance: ids, reference letters, places on the grid, the reducer, the data source.
 *
 * Panels have no title: Grafana sets it in 14 px, whatever the panel. Words stand in the values' names, whose size is
 * ours to choose, or in captions.
 */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  TimePickerBuilder,
  type ValueMap,
  VariableHide,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TextBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';

/** Of Grafana 10.4, the oldest that is supported; a newer one migrates it on load. */
const schemaVersion = 39;
const datasource = { type: 'prometheus', uid: '${datasource}' };

/** On a grid of 24 columns; a unit of height is 30 px and a gap of 8. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Query {
  readonly expr: string;
  /** Name of each value: text with `{{label}}`. */
  readonly name: string;
}

/** A colour from a value on; `null` for the first one, which also colours the absence of a value. */
export interface Step {
  readonly from: number | null;
  readonly colour: string;
}

export interface Stat {
  readonly place: Place;
  readonly description: string;
  readonly queries: readonly Query[];
  /** Font sizes in px. A list shows its values below each other, name at the left and number at the right. */
  readonly nameSize: number;
  readonly valueSize: number;
  readonly shows: 'name and value' | 'names only';
  readonly list?: boolean;
  /** Shown where the queries answer nothing. */
  readonly noValue: string;
  /** The lowest first. */
  readonly colours: readonly Step[];
  /** Words in place of numbers. */
  readonly words?: Readonly<Record<string, string>>;
  /** By the query's name for a value: what it is called and coloured instead. */
  readonly verdicts?: Readonly<Record<string, { readonly name: string; readonly colour: string }>>;
}

export interface Caption {
  readonly place: Place;
  readonly description: string;
  readonly text: string;
  readonly size: number;
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly refresh: string;
  readonly panels: readonly (Stat | Caption)[];
}

function query({ expr, name }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCodePoint(65 + index))
    .datasource(datasource)
    .expr(expr)
    .legendFormat(name)
    .instant();
}

function statPanel(stat: Stat, id: number): StatBuilder {
  const steps = stat.colours.map(({ from, colour }): Threshold => ({ value: from, color: colour }));
  const words = Object.entries(stat.words ?? {}).map(([value, text], index) => [value, { text, index }] as const);
  const mapping: ValueMap = { type: MappingType.ValueToText, options: Object.fromEntries(words) };
  const panel = new StatBuilder()
    .id(id)
    .title('')
    .description(stat.description)
    .gridPos({ ...stat.place })
    .datasource(datasource)
    .targets(stat.queries.map(query))
    .unit('none')
    .noValue(stat.noValue)
    .mappings(words.length === 0 ? [] : [mapping])
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.BackgroundSolid)
    .justifyMode(stat.list === true ? BigValueJustifyMode.Auto : BigValueJustifyMode.Center)
    .textMode(stat.shows === 'names only' ? BigValueTextMode.Name : BigValueTextMode.ValueAndName)
    .wideLayout(stat.list === true)
    .orientation(stat.list === true ? VizOrientation.Horizontal : VizOrientation.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .text(new VizTextDisplayOptionsBuilder().titleSize(stat.nameSize).valueSize(stat.valueSize));
  for (const [verdict, { name, colour }] of Object.entries(stat.verdicts ?? {})) {
    panel.overrideByName(verdict, [
      { id: 'displayName', value: name },
      { id: 'color', value: { mode: 'fixed', fixedColor: colour } },
    ]);
  }
  return panel;
}

/** Text in a size of our own, which only HTML offers; font-size and font-weight pass Grafana's sanitizer. */
function captionPanel({ place, description, text, size }: Caption, id: number): TextBuilder {
  return new TextBuilder()
    .id(id)
    .title('')
    .description(description)
    .gridPos({ ...place })
    .transparent(true)
    .mode(TextMode.HTML)
    .content(`<div style="font-size: ${size}px; font-weight: 500">${text}</div>`);
}

export function buildBoard({ uid, title, description, refresh, panels }: Board): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['straggler'])
    .readonly()
    .refresh(refresh)
    .time({ from: 'now-5m', to: 'now' })
    .timepicker(new TimePickerBuilder().hidden(true))
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label('Data source')
        .type('prometheus')
        .hide(VariableHide.HideVariable),
    );
  for (const [index, panel] of panels.entries()) {
    builder.withPanel('queries' in panel ? statPanel(panel, index + 1) : captionPanel(panel, index + 1));
  }
  return { ...builder.build(), schemaVersion };
}
