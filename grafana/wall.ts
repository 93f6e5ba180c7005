/**
 * The wall: read from four metres, without a hand on a mouse. One number decides: how many clients still use the
 * servers that are to be switched off. 24 x 27 units fill a 1080p screen in kiosk mode.
 */
import { type Board, type Step, buildBoard } from './board.ts';
import { colours } from './colours.ts';

/** Font size in px of all that is not a number: less cannot be read from there. */
const small = 34;

const neutral: readonly Step[] = [{ from: null, colour: colours.neutral }];

function oneAndMore(colour: string): readonly Step[] {
  return [...neutral, { from: 1, colour }];
}

const headline: Board['panels'][number] = {
  place: { x: 0, y: 0, w: 24, h: 8 },
  description:
    'Clients of any status but probe and proxied that were seen on legacy servers within the window (on all while no server has a role). ALL CLEAR is a zero whose evidence is complete; BLIND stands in place of a zero that proves nothing.',
  queries: [{ expr: 'straggler:wall:verdict', name: '{{verdict}}' }],
  shows: 'name and value',
  nameSize: 44,
  valueSize: 165,
  noValue: 'BLIND',
  colours: [{ from: null, colour: colours.blind }],
  words: { '0': 'ALL CLEAR', '-1': 'BLIND' },
  verdicts: {
    attention: {
      name: 'CLIENTS LEFT, UNKNOWN AMONG THEM · legacy servers, last ${__field.labels.window}',
      colour: colours.unknown,
    },
    remaining: {
      name: 'CLIENTS LEFT, NONE UNKNOWN · legacy servers, last ${__field.labels.window}',
      colour: colours.remaining,
    },
    clear: {
      name: 'no client on legacy servers in the last ${__field.labels.window}, evidence complete',
      colour: colours.clear,
    },
    blind: { name: 'a zero would prove nothing: see the evidence below', colour: colours.blind },
  },
};

function figure(
  x: number,
  expr: string,
  name: string,
  description: string,
  steps: readonly Step[],
): Board['panels'][number] {
  return {
    place: { x, y: 8, w: 6, h: 5 },
    description,
    queries: [{ expr, name }],
    shows: 'name and value',
    nameSize: small,
    valueSize: 80,
    noValue: 'no data',
    colours: steps,
  };
}

const figures: Board['panels'] = [
  figure(
    0,
    'straggler:unknown:headline',
    'unknown in {{window}}',
    'The part of the headline that the inventory of known clients does not name.',
    oneAndMore(colours.unknown),
  ),
  figure(
    6,
    'max by (window) (sum by (instance, window) (straggler_remaining_clients{window="1h"}))',
    'left in {{window}}',
    'Clients of the headline that were seen within the last hour: who is there right now.',
    oneAndMore(colours.remaining),
  ),
  figure(
    12,
    'straggler:silent:headline{window="7d"}',
    'silent, seen in {{window}}',
    'Seen on legacy servers within 7 days, but not within the window of the headline: a weekly job is not gone because a day is quiet.',
    neutral,
  ),
  figure(
    18,
    'straggler:silent:headline{window="30d"}',
    'silent, seen in {{window}}',
    'Seen on legacy servers within 30 days, but not within the window of the headline.',
    neutral,
  ),
];

const perServer =
  'max by (server) (sum by (instance, server) (straggler_server_clients{window="24h",status=~"unknown|acknowledged|known"}))';

const servers: Board['panels'] = [
  {
    place: { x: 0, y: 13, w: 6, h: 2 },
    description: 'What stands below.',
    text: 'LEGACY SERVERS, 24h',
    size: small,
  },
  {
    place: { x: 6, y: 13, w: 6, h: 2 },
    description: 'What stands below.',
    text: 'NEW SERVERS, 24h',
    size: small,
  },
  {
    place: { x: 0, y: 15, w: 6, h: 7 },
    description:
      'The five legacy servers with the most clients (all servers while none has a role). A client of two servers counts on each.',
    queries: [{ expr: `topk(5, ${perServer} and on (server) straggler:server:legacy)`, name: '{{server}} legacy' }],
    shows: 'name and value',
    list: true,
    nameSize: small,
    valueSize: 36,
    noValue: 'none',
    colours: oneAndMore(colours.remaining),
  },
  {
    place: { x: 6, y: 15, w: 6, h: 7 },
    description: 'The five new servers with the most clients: where they should all arrive.',
    queries: [
      { expr: `topk(5, ${perServer} and on (server) straggler_server_info{role="new"})`, name: '{{server}} new' },
    ],
    shows: 'name and value',
    list: true,
    nameSize: small,
    valueSize: 36,
    noValue: 'none',
    colours: neutral,
  },
];

const unknown: Board['panels'] = [
  {
    place: { x: 12, y: 13, w: 12, h: 2 },
    description: 'What stands below.',
    text: 'NEWEST UNKNOWN CLIENTS',
    size: small,
  },
  {
    place: { x: 12, y: 15, w: 12, h: 7 },
    description: 'The unknown clients of legacy servers that were first seen last, five at most.',
    queries: [
      { expr: 'sort_desc(straggler:unknown:newest{window="24h"})', name: '{{client_ip}} {{server}} {{protocol}}' },
    ],
    shows: 'names only',
    list: true,
    nameSize: small,
    valueSize: small,
    noValue: 'none',
    colours: oneAndMore(colours.unknown),
  },
];

/** A gap counts 2 and complete evidence 1, so that only a gap is coloured: blue is for ALL CLEAR alone. */
const evidence = `label_replace(straggler:evidence_complete:bool == 1, "reason", "evidence complete", "", "")
or on ()
2 * topk(3, max by (server, protocol, reason) (straggler_evidence_gap))
or on ()
2 * label_replace(absent(straggler_evidence_complete), "reason", "no collector answers", "", "")`;

const trust: Board['panels'] = [
  {
    place: { x: 0, y: 22, w: 16, h: 5 },
    description:
      'Why a zero could not be believed: at most three of the gaps in the evidence, by server, protocol and reason. The collector shows each of them in a sentence.',
    queries: [{ expr: evidence, name: '{{server}} {{protocol}} {{reason}}' }],
    shows: 'names only',
    list: true,
    nameSize: small,
    valueSize: small,
    noValue: 'no data',
    colours: [
      { from: null, colour: colours.blind },
      { from: 1, colour: colours.neutral },
      { from: 2, colour: colours.blind },
    ],
  },
  {
    place: { x: 16, y: 22, w: 8, h: 5 },
    description: 'Servers whose agent reported within 180 s, those whose agent did not, and all gaps in the evidence.',
    queries: [
      { expr: 'count(straggler:agent_silence:seconds <= 180) or vector(0)', name: 'servers heard' },
      { expr: 'count(straggler:agent_silence:seconds > 180) or vector(0)', name: 'servers silent' },
      {
        expr: 'count(max by (server, protocol, reason) (straggler_evidence_gap) and on () straggler:evidence_complete:bool == 0) or vector(0)',
        name: 'evidence gaps',
      },
    ],
    shows: 'name and value',
    list: true,
    nameSize: small,
    valueSize: 36,
    noValue: 'no data',
    colours: oneAndMore(colours.blind),
    verdicts: { 'servers heard': { name: 'servers heard', colour: colours.neutral } },
  },
];

export const wall = buildBoard({
  uid: 'straggler-wall',
  title: 'Straggler: wall',
  description: 'Who still uses the servers that are to be switched off.',
  refresh: '30s',
  panels: [headline, ...figures, ...servers, ...unknown, ...trust],
});
