/** Logs of SMTP that are nearly right: receive logs and message tracking. */
import * as fc from 'fast-check';
import { messageTrackingFormat } from '../../../src/exchange-log/message-tracking/format.ts';
import { smtpReceiveFormat } from '../../../src/exchange-log/smtp-receive/format.ts';
import { anyText, cell, endpoint, ip, linesOf, mostly, time } from './grammars.ts';

const host = mostly(fc.constantFrom('EX01', 'EX02.contoso.test', 'ex01.contoso.test', ''), anyText);
const connector = fc.oneof(
  fc
    .tuple(host, mostly(fc.constantFrom('Default Frontend EX01', 'Relay'), anyText))
    .map(([name, rest]) => `${name}\\${rest}`),
  anyText,
);
const sender = mostly(fc.constantFrom('scan@contoso.test', 'HealthMailbox1@contoso.test', ''), anyText);

const command = fc.oneof(
  fc.tuple(fc.constantFrom('EHLO', 'HELO', 'ehlo'), anyText).map((words) => words.join(' ')),
  sender.map((name) => `MAIL FROM:<${name}>`),
  sender.map((name) => `mail from: ${name} SIZE=1`),
  fc
    .tuple(fc.constantFrom('XPROXY', 'XPROXYFROM'), mostly(ip, anyText), fc.nat(70_000))
    .map(([name, address, port]) => `${name} SID=08D8 IP=${address} PORT=${port} DOMAIN=x CAPABILITIES=0`),
  fc.constantFrom('STARTTLS', 'AUTH NTLM', 'XPROXY', 'MAIL FROM:<', 'QUIT'),
  anyText,
);
const reply = fc.oneof(
  fc.constantFrom('235', '235 <authentication response>', '235 2.7.0 ok', '535 5.7.3', '504 5.7.4 no', '2350', '334 x'),
  fc.constantFrom('250 2.6.0 <1@x> Queued mail for delivery', '250 2.0.0 Ok', '250'),
  anyText,
);
const note = fc.oneof(
  fc.constantFrom('authenticated', ' Authenticated ', 'Set Session Permissions'),
  fc
    .constantFrom('TLS1_2', 'TLS1', 'SSL3', 'TLS', 'TLS9_9_9')
    .map((version) => `TLS protocol SP_PROT_${version}_SERVER negotiation succeeded using x`),
  anyText.map((text) => `Inbound authentication failed because of ${text}`),
  fc.constant('User has no mailbox database.'),
  anyText,
);

/** Event, data and context go together most of the time. */
const said = mostly(
  fc.oneof(
    fc.tuple(fc.constant('<'), command, fc.constant('')),
    fc.tuple(fc.constant('>'), reply, fc.constant('')),
    fc.tuple(fc.constant('*'), anyText, note),
    fc.tuple(fc.constantFrom('+', '-'), fc.constant(''), fc.constantFrom('', 'Local')),
  ),
  fc.tuple(anyText, anyText, anyText),
);

const receiveRow = fc
  .tuple(
    mostly(time, anyText),
    connector,
    mostly(fc.constantFrom('08D8', '08D9'), anyText),
    mostly(fc.nat(9).map(String), anyText),
    mostly(endpoint, anyText),
    mostly(fc.oneof(endpoint, fc.constantFrom('10.1.2.3:1', '10.1.2.3:2')), anyText),
    said,
  )
  .map((fields) => fields.flat().map(cell).join(','));

const custom = fc
  .array(
    fc.oneof(
      mostly(ip, anyText).map((address) => `S:ProxiedClientIPAddress=${address}`),
      fc.tuple(host, ip).map(([name, address]) => `S:ProxyHop1=${name}(${address})`),
      anyText,
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(';'));

const addresses = mostly(fc.oneof(ip, fc.constantFrom('10.1.2.3', '10.0.0.1', '')), anyText);

const trackingCells: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'date-time': mostly(time, anyText),
  'client-ip': addresses,
  'server-ip': addresses,
  'original-client-ip': addresses,
  'server-hostname': host,
  'connector-id': connector,
  source: mostly(fc.constant('SMTP'), anyText),
  'event-id': mostly(fc.constant('RECEIVE'), fc.constantFrom('SEND', 'HAREDIRECT', 'receive', '')),
  'sender-address': sender,
  'return-path': mostly(
    sender.map((name) => `<${name}>`),
    anyText,
  ),
  'custom-data': custom,
};
const trackingRow = fc
  .tuple(...messageTrackingFormat.defaultColumns.map((column) => trackingCells[column] ?? anyText))
  .map((fields) => fields.map(cell).join(','));

function headersOf(columns: readonly string[]): fc.Arbitrary<string> {
  const all = columns.join(',');
  return fc.oneof(
    fc.constantFrom(all, `#Fields: ${all}`, `#Fields: ${all},more`, '#Date: x', ''),
    fc.shuffledSubarray([...columns], { minLength: 4 }).map((some) => `#Fields: ${some.join(',')}`),
  );
}

export const anySmtpLog: fc.Arbitrary<string> = fc.oneof(
  linesOf(receiveRow, headersOf(smtpReceiveFormat.defaultColumns)),
  linesOf(trackingRow, headersOf(messageTrackingFormat.defaultColumns)),
);
