/**
 * Inputs that are nearly right, by their grammar: damage of bytes alone seldom gets past the first check. Each is made
 * of parts that can be, and of parts that cannot.
 */
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { describeSettings } from '../../../src/config/describe.ts';
import { settingsSchema } from '../../../src/config/schema.ts';
import { hostileTexts } from '../hostile-texts.ts';

const hostile = fc.constantFrom(...Object.values(hostileTexts).map((text) => text.slice(0, 400)));
export const anyText = fc.oneof(fc.constantFrom('', 'a', 'svc-scan', 'Front desk', '0', '-1'), fc.string(), hostile);

/** Good ones most of the time, so that the odd one stands alone. */
export function mostly<T>(good: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 8, arbitrary: good }, { weight: 1, arbitrary: odd });
}

export const ip = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('::ffff:10.1.2.3', 'fe80::1%12', '127.0.0.1', '::1'));
export const endpoint = fc
  .tuple(ip, fc.nat(70_000))
  .map(([address, port]) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`));

export const time = fc
  .integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })
  .map((ms) => new Date(ms).toISOString());

export function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const context = fc
  .array(fc.tuple(fc.constantFrom('R', 'ErrMsg', 'Msg', 'r', ''), anyText, fc.boolean()), { maxLength: 4 })
  .map((pairs) => pairs.map(([key, value, isQuoted]) => `${key}=${isQuoted ? `"${value}"` : value}`).join(';'));

const command = fc.constantFrom(
  'OpenSession',
  'CloseSession',
  'user',
  'pass',
  'login',
  'auth',
  'authenticate',
  'proxy',
  'stat',
);
const size = fc.oneof(fc.nat(99_999).map(String), fc.constantFrom('', 'x', '-1', '9007199254740993', '1e3'));

const logRow = fc
  .tuple(
    mostly(time, anyText),
    mostly(fc.constantFrom('A', 'B', '00000000000000E2'), anyText),
    mostly(fc.nat(4).map(String), anyText),
    mostly(endpoint, anyText),
    mostly(fc.oneof(endpoint, fc.constantFrom('10.1.2.3:1', '10.1.2.3:2')), anyText),
    anyText,
    size,
    size,
    size,
    command,
    fc.constantFrom('', '*****', 'PLAIN'),
    context,
  )
  .map((fields) => fields.map(cell).join(','));

const columns = 'dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context';
const headers = fc.oneof(
  fc.constantFrom(columns, `#Fields: ${columns}`, `#Fields: ${columns},puid`, '#Date: x', '', '\0\0'),
  fc.shuffledSubarray(columns.split(','), { minLength: 3 }).map((some) => `#Fields: ${some.join(',')}`),
);

/** A log of rows, with a header in between now and then. */
export function linesOf(rows: fc.Arbitrary<string>, others: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const line = fc.oneof({ weight: 6, arbitrary: rows }, { weight: 1, arbitrary: others });
  return fc
    .array(fc.tuple(line, fc.constantFrom('\r\n', '\r\n', '\n', '')), { maxLength: 12 })
    .map((lines) => lines.flat().join(''));
}

export const anyLog: fc.Arbitrary<string> = linesOf(logRow, headers);

const range = fc.oneof(
  ip,
  fc.tuple(ip, fc.nat(130)).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(ip, ip).map((ends) => ends.join('-')),
);
const date = fc.oneof(
  time.map((text) => text.slice(0, 10)),
  fc.constantFrom('2026-12-31T18:00Z', '2026-02-30'),
  anyText,
);
const inventoryHeads = ['cidr', 'label', 'owner', 'contact', 'expires', 'state', 'note'];

export const anyInventory: fc.Arbitrary<string> = mostly(
  fc.shuffledSubarray(inventoryHeads, { minLength: 2 }),
  fc.array(anyText),
)
  .chain((heads) => {
    const byHead: Readonly<Record<string, fc.Arbitrary<string>>> = {
      cidr: mostly(range, anyText),
      expires: date,
      state: mostly(fc.constantFrom('known', 'Acknowledged', ''), anyText),
    };
    const line = fc.tuple(...heads.map((head) => (Object.hasOwn(byHead, head) ? byHead[head] : undefined) ?? anyText));
    return fc.tuple(fc.constant(heads), fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\r'));
  })
  .map(([heads, lines, end]) => [heads, ...lines].map((cells) => cells.map(cell).join(',')).join(end));

const described = describeSettings(settingsSchema);
const settingValue = fc.oneof(
  fc.constantFrom<unknown>(
    '1h',
    '32MiB',
    '127.0.0.1:9471',
    'EX01',
    true,
    0,
    7,
    null,
    [],
    {},
    ['10.0.0.1'],
    'all',
    'legacy',
  ),
  anyText,
  fc.jsonValue({ maxDepth: 2 }),
);

/** Some settings at their places, with values that fit now and then, as YAML. */
export const anyConfiguration: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom(...described), settingValue, mostly(fc.constantFrom('EX01', 'EX02'), anyText)), {
    maxLength: 6,
  })
  .map((settings) => {
    const tree: Record<string, unknown> = {};
    for (const [{ path, defaultValue }, value, name] of settings) put(tree, path, name, defaultValue ?? value, value);
    return stringify(tree);
  });

/** Puts a value at its path, under a server's or a list's first entry; the default stands in every second time. */
function put(
  tree: Record<string, unknown>,
  path: readonly string[],
  name: string,
  usual: unknown,
  value: unknown,
): void {
  let at = tree;
  for (const [index, key] of path.entries()) {
    const own = key === '*' ? name : key === '[]' ? '0' : key;
    if (index === path.length - 1) {
      define(at, own, name.length % 2 === 0 ? usual : value);
      return;
    }
    const next = Object.hasOwn(at, own) ? at[own] : undefined;
    const below = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
    define(at, own, below);
    at = below;
  }
}

/** Also for a name that every object has. */
function define(tree: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true });
}

const parameter = fc.oneof(
  fc.tuple(fc.constant('status'), mostly(fc.constantFrom('known', 'unknown', 'probe'), anyText)),
  fc.tuple(fc.constant('server'), mostly(fc.constantFrom('EX01', 'ex01.contoso.test'), anyText)),
  fc.tuple(fc.constant('protocol'), mostly(fc.constantFrom('pop3', 'imap4', 'smtp'), anyText)),
  fc.tuple(fc.constant('window'), mostly(fc.constantFrom('1h', '24h', '7d'), anyText)),
  fc.tuple(fc.constant('search'), mostly(fc.oneof(range, fc.constant('svc')), anyText)),
  fc.tuple(fc.constant('sort'), mostly(fc.constantFrom('-lastSeen', 'address', '-rows', 'status'), anyText)),
  fc.tuple(fc.constant('limit'), mostly(fc.nat(12).map(String), anyText)),
  fc.tuple(
    fc.constant('cursor'),
    fc.oneof(
      fc.tuple(fc.double(), mostly(ip, anyText)).map((pair) => Buffer.from(JSON.stringify(pair)).toString('base64url')),
      anyText,
    ),
  ),
  fc.tuple(fc.constantFrom('client', 'wall', 'sorte', '__proto__'), anyText),
);

export const anyQuery: fc.Arbitrary<string> = fc
  .array(parameter, { maxLength: 5 })
  .map((pairs) => pairs.map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`).join('&'));
