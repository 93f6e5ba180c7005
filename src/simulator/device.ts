import type { ClientAddress } from './client-address.ts';
import type { LoggedProtocol } from './log-row.ts';
import type { ProfileName } from './profile-name.ts';

/** Something that connects: where from, how it behaves (`profiles.ts`), and when it moves to another server. */
export interface DevicePlan {
  readonly name: string;
  readonly profile: ProfileName;
  readonly protocol: LoggedProtocol;
  readonly address: ClientAddress;
  /** Name of the server that it dials first. */
  readonly server: string;
  /** Spellings of its logins, used in turn; default: one made of its name. */
  readonly users?: readonly string[];
  /** Time between two sessions; each profile has its own default. */
  readonly periodMs?: number;
  /** The port that it dials; default 995 or 993. */
  readonly port?: number;
  /** Story time of its first connection; default: within one period of the world's start. */
  readonly fromMs?: number;
  /** Story time after which it connects no more. */
  readonly untilMs?: number;
  /** Story times at which it dials another server from then on, in ascending order. */
  readonly moves?: readonly { readonly atMs: number; readonly server: string }[];
}

export function serverAt(plan: DevicePlan, storyMs: number): string {
  let server = plan.server;
  for (const move of plan.moves ?? []) if (move.atMs <= storyMs) server = move.server;
  return server;
}
