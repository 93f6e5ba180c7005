/** What can happen to logs and agents, as plain data: any list of it can be done, and any part of such a list. */
import * as fc from 'fast-check';

/** Which file: the newest of its server for age 0, then the ones before it. */
const place = { server: fc.integer({ min: 0, max: 1 }), age: fc.integer({ min: 0, max: 2 }) };

const writing = fc.record({
  rows: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 900 })), {
    maxLength: 5,
    size: 'max',
  }),
  tear: fc.oneof(
    { weight: 4, arbitrary: fc.constant('none' as const) },
    fc.constantFrom('early' as const, 'late' as const, 'line end' as const, 'line feed' as const),
  ),
  ageMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constant(7_200_000)),
});

function kind<const Name extends string, Rest extends object>(
  name: Name,
  rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> },
): fc.Arbitrary<{ readonly kind: Name } & Rest> {
  return fc.record(rest).map((values) => ({ kind: name, ...(values as Rest) }));
}

const minuteMs = 60_000;

const action = fc.oneof(
  { weight: 10, arbitrary: kind('append', { ...place, writing }) },
  {
    weight: 3,
    arbitrary: kind('create', {
      server: place.server,
      header: fc.constantFrom('whole' as const, 'half' as const, 'none' as const),
      order: fc.integer({ min: 0, max: 1 }),
    }),
  },
  { weight: 1, arbitrary: kind('switch columns', place) },
  { weight: 6, arbitrary: kind('scan', {}) },
  { weight: 3, arbitrary: kind('look', {}) },
  { weight: 1, arbitrary: kind('rename', place) },
  { weight: 1, arbitrary: kind('rename away', place) },
  { weight: 1, arbitrary: kind('rotate', place) },
  { weight: 2, arbitrary: kind('truncate', place) },
  { weight: 1, arbitrary: kind('delete', place) },
  { weight: 1, arbitrary: kind('replace', place) },
  {
    weight: 2,
    arbitrary: kind('refuse', { slices: fc.integer({ min: 0, max: 2 }), records: fc.integer({ min: 0, max: 1 }) }),
  },
  { weight: 1, arbitrary: kind('fail', {}) },
  { weight: 3, arbitrary: kind('hold', {}) },
  { weight: 2, arbitrary: kind('release', {}) },
  { weight: 1, arbitrary: kind('stop', {}) },
  { weight: 2, arbitrary: kind('kill', {}) },
  /** The process goes while it reads, with a durable write that is done, or is not. */
  {
    weight: 4,
    arbitrary: kind('scan and die', {
      write: fc.integer({ min: 1, max: 4 }),
      death: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  { weight: 3, arbitrary: kind('start', {}) },
  { weight: 2, arbitrary: kind('share away', { scans: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 2, arbitrary: kind('share back', { isCopied: fc.boolean() }) },
  { weight: 1, arbitrary: kind('time passes', { ms: fc.constantFrom(minuteMs, 61 * minuteMs) }) },
  {
    weight: 1,
    arbitrary: kind('clock is set', { ms: fc.constantFrom(-86_400_000, -minuteMs, minuteMs, 86_400_000) }),
  },
);

export const story = fc.record({
  line: fc.constantFrom('embedded' as const, 'outbox' as const),
  /** Scans by themselves, or only when the story says so. */
  scanEveryMs: fc.constantFrom(3_600_000, 10),
  /** Logs begin alike, as they do in life; then how many bytes were lost cannot be told to the byte. */
  sameHeads: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
  sliceBytesMax: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.constant(4096)),
  inFlightBytesMax: fc.constantFrom(16_384, 2048),
  handlesMax: fc.integer({ min: 4, max: 12 }),
  actions: fc.array(action, { maxLength: 50, size: 'max' }),
});

type ValueOf<Given> = Given extends fc.Arbitrary<infer Value> ? Value : never;
export type Story = ValueOf<typeof story>;
export type Action = Story['actions'][number];
