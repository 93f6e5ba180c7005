/**
 * Whether a parsed line has the shape of `eventLine` (schema.ts), decided by hand: every event of every agent passes
 * through here, and asking the schema itself takes several times as long. A test holds the two together. The schema is
 * still asked when this says no, since it can tell why.
 */
import { eventUsersMax, textCodePointsMax } from './connection-event.ts';
import { isCut } from './cut-text.ts';
import { isProtocol } from './protocol.ts';
import { type EventLine, addressCharactersMax, fileCharactersMax, portMax } from './schema.ts';
import { tlsVersionPattern } from './tls-version.ts';

type Fields = Readonly<Record<string, unknown>>;

export function isEventLine(line: unknown): line is EventLine {
  if (!isObject(line) || typeof line['@timestamp'] !== 'string') return false;
  const { event, host, network, client, server, user, related, log, straggler } = line;
  return (
    isObject(event) &&
    isEventPart(event) &&
    isObject(host) &&
    isFilledText(host['name']) &&
    isObject(network) &&
    typeof network['protocol'] === 'string' &&
    isProtocol(network['protocol']) &&
    isObject(client) &&
    isAddress(client['ip']) &&
    isPort(client['port']) &&
    isCount(client['bytes']) &&
    isObject(server) &&
    (server['ip'] === undefined || isAddress(server['ip'])) &&
    (server['port'] === undefined || isPort(server['port'])) &&
    isCount(server['bytes']) &&
    (user === undefined || (isObject(user) && isFilledText(user['name']))) &&
    (related === undefined || (isObject(related) && isTexts(related['user']))) &&
    isObject(log) &&
    isLogPart(log) &&
    isObject(straggler) &&
    isStragglerPart(straggler)
  );
}

function isEventPart({ dataset, start, end, outcome }: Fields): boolean {
  return (
    typeof dataset === 'string' &&
    dataset.startsWith(datasetStart) &&
    isProtocol(dataset.slice(datasetStart.length)) &&
    typeof start === 'string' &&
    typeof end === 'string' &&
    (outcome === undefined || outcome === 'success' || outcome === 'failure')
  );
}

function isLogPart({ file, offset }: Fields): boolean {
  if (!isObject(file) || !isCount(offset)) return false;
  return typeof file['path'] === 'string' && file['path'].length <= fileCharactersMax;
}

function isStragglerPart(part: Fields): boolean {
  const { schema, session, rows, auth, hasUser, smtp } = part;
  return (
    (schema === undefined || (isCount(schema) && schema > 0)) &&
    (session === undefined || isFilledText(session)) &&
    isCount(rows) &&
    rows > 0 &&
    isCount(part['commands']) &&
    isCount(part['opened']) &&
    (auth === undefined || (isObject(auth) && isCount(auth['succeeded']) && isCount(auth['failed']))) &&
    (hasUser === undefined || hasUser === true) &&
    isFailure(part['failure']) &&
    (smtp === undefined || (isObject(smtp) && isSmtpPart(smtp)))
  );
}

function isSmtpPart({ messages, tracked, helo, tls, senders, connectors, notice }: Fields): boolean {
  return (
    (messages === undefined || isCount(messages)) &&
    (tracked === undefined || isCount(tracked)) &&
    (helo === undefined || isTexts(helo)) &&
    (tls === undefined || (typeof tls === 'string' && tlsVersionPattern.test(tls))) &&
    (senders === undefined || isTexts(senders)) &&
    (connectors === undefined || isTexts(connectors)) &&
    isFailure(notice)
  );
}

/** Or none. */
function isFailure(value: unknown): boolean {
  return value === undefined || (isObject(value) && typeof value['at'] === 'string' && isText(value['reason']));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isPort(value: unknown): boolean {
  return isCount(value) && value <= portMax;
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && value.length <= addressCharactersMax;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= eventUsersMax && value.every(isFilledText);
}

function isFilledText(value: unknown): boolean {
  return value !== '' && isText(value);
}

function isText(value: unknown): boolean {
  if (typeof value !== 'string' || !value.isWellFormed()) return false;
  return value.length <= textCodePointsMax || isCut(value);
}

const datasetStart = 'exchange.';
