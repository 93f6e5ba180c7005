import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the tests look at in a classic dashboard. */
export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly editable: boolean;
  readonly refresh: string;
  readonly schemaVersion: number;
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly hide?: number }[];
  };
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly options: {
    readonly content?: string;
    readonly textMode?: string;
    readonly orientation?: string;
    readonly text?: { readonly titleSize: number; readonly valueSize: number };
    readonly reduceOptions?: { readonly calcs: readonly string[] };
  };
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly mappings?: readonly { readonly options: Readonly<Record<string, { readonly text: string }>> }[];
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
    };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly datasource: { readonly type: string; readonly uid: string };
}

const folder = new URL('../../../grafana/dashboards/', import.meta.url);

export function dashboardFile(name: string): DashboardFile {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as DashboardFile;
}

export const dashboardNames: readonly string[] = globSync('*.json', { cwd: fileURLToPath(folder) }).toSorted();
