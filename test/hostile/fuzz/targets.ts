import type { FuzzTarget } from './target.ts';
import { chunks } from './targets/chunks.ts';
import { configuration } from './targets/configuration.ts';
import { events } from './targets/events.ts';
import { inventory } from './targets/inventory.ts';
import { names } from './targets/names.ts';
import { queries } from './targets/queries.ts';
import { reader } from './targets/reader.ts';
import { state } from './targets/state.ts';

export const targets: readonly FuzzTarget[] = [reader, events, chunks, state, inventory, configuration, queries, names];
