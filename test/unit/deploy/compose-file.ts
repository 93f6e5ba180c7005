import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { deployFolder } from './rule-file.ts';

export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly args: Readonly<Record<string, string>> };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly privileged?: boolean;
  readonly network_mode?: string;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

export const composePath = `${deployFolder}compose.yaml`;

export const compose = parse(readFileSync(composePath, 'utf8'), { merge: true }) as ComposeFile;
export const services: readonly (readonly [name: string, service: Service])[] = Object.entries(compose.services);
