/**
 * The wire shape of a connection event: one JSON document a line, in names of the Elastic Common Schema so that
 * Elastic, OpenSearch, Logstash and Vector understand it as it is; `straggler.*` for what ECS lacks. Fields that are
 * empty are left out. `npm run generate` writes the JSON Schema that is published beside this file.
 */
import { z } from 'zod';
import { eventUsersMax, textCodePointsMax } from './connection-event.ts';
import { isCut } from './cut-text.ts';
import { protocols } from './protocol.ts';
import { tlsVersionPattern } from './tls-version.ts';

/** Version of the shape, `straggler.schema` of a line; left out where it is 1. A reader refuses a newer one. */
export const eventSchemaVersion = 1;

export const fileCharactersMax = 4096;
export const addressCharactersMax = 45;
export const portMax = 65_535;

const count = z.int().min(0);
const port = z.int().min(0).max(portMax);
const time = z.string().meta({
  description: 'ISO 8601, UTC, milliseconds',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$',
});
const address = z
  .string()
  .max(addressCharactersMax)
  .meta({ description: 'IPv4, or IPv6 as in RFC 5952; IPv4-mapped folded, no zone' });
/** A text from a log. JSON Schema counts code points, as we do; zod would count UTF-16 units. */
const text = z
  .string()
  .refine((value) => isCut(value) && value.isWellFormed())
  .meta({ maxLength: textCodePointsMax });
const filledText = text.refine((value) => value !== '').meta({ minLength: 1, maxLength: textCodePointsMax });

const failure = z.object({ at: time, reason: text });
const texts = z.array(filledText).min(1).max(eventUsersMax);

const smtpFacts = z
  .object({
    messages: count.optional(),
    tracked: count.optional(),
    helo: texts.optional(),
    tls: z.string().regex(tlsVersionPattern).optional(),
    senders: texts.optional(),
    connectors: texts.optional(),
    notice: failure.optional(),
  })
  .meta({ description: 'SMTP only' });

export const eventLine = z
  .object({
    '@timestamp': time,
    event: z.object({
      dataset: z.enum(protocols.map((protocol) => `exchange.${protocol}` as const)),
      start: time,
      end: time,
      outcome: z.enum(['success', 'failure']).optional(),
    }),
    host: z.object({ name: filledText }),
    network: z.object({ protocol: z.enum(protocols) }),
    client: z.object({ ip: address, port, bytes: count }),
    server: z.object({ ip: address.optional(), port: port.optional(), bytes: count }),
    user: z.object({ name: filledText }).optional(),
    related: z.object({ user: texts }).optional(),
    log: z.object({ file: z.object({ path: z.string().max(fileCharactersMax) }), offset: count }),
    straggler: z.object({
      schema: z.int().min(1).optional(),
      session: filledText.optional(),
      rows: z.int().min(1),
      commands: count,
      opened: count,
      auth: z.object({ succeeded: count, failed: count }).optional(),
      hasUser: z.literal(true).optional().meta({ description: 'a user was seen whose name is withheld' }),
      failure: failure.optional(),
      smtp: smtpFacts.optional(),
    }),
  })
  .meta({
    title: 'Straggler connection event',
    description: 'What one slice of an Exchange protocol log says about one connection',
  });

export type EventLine = z.infer<typeof eventLine>;

/** The published JSON Schema (draft 2020-12) of one line. */
export function eventJsonSchema(): object {
  return z.toJSONSchema(eventLine, { io: 'input' });
}
