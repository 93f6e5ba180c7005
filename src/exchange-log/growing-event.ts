import { type ConnectionEvent, type SmtpFacts, eventUsersMax } from '../event/connection-event.ts';

type Growing<Shape> = {
  -readonly [Key in keyof Shape]: Shape[Key] extends readonly string[] ? string[] : Shape[Key];
};

/** A connection event before it is handed over, when rows are still added to it. */
export type GrowingEvent = Growing<Omit<ConnectionEvent, 'smtp'>>;

/** The same of SMTP. */
export interface GrowingSmtpEvent extends GrowingEvent {
  readonly smtp: Growing<SmtpFacts>;
}

/** What is decided when an event begins. */
export type EventOrigin = Pick<
  ConnectionEvent,
  'protocol' | 'server' | 'address' | 'clientPort' | 'endpoint' | 'session' | 'file' | 'offset'
>;

/** An event of no rows. */
export function newEvent(origin: EventOrigin, time: number): GrowingEvent {
  return {
    protocol: origin.protocol,
    server: origin.server,
    address: origin.address,
    clientPort: origin.clientPort,
    endpoint: origin.endpoint,
    session: origin.session,
    file: origin.file,
    offset: origin.offset,
    opened: 0,
    rows: 0,
    commands: 0,
    loginsSucceeded: 0,
    loginsFailed: 0,
    bytesReceived: 0,
    bytesSent: 0,
    first: time,
    last: time,
    users: [],
    hasUser: false,
    failure: null,
  };
}

export function newSmtpEvent(origin: EventOrigin, time: number, connector: string): GrowingSmtpEvent {
  return {
    ...newEvent(origin, time),
    smtp: {
      messages: 0,
      tracked: 0,
      helo: [],
      tls: null,
      senders: [],
      connectors: connector === '' ? [] : [connector],
      notice: null,
    },
  };
}

export function addRow(event: GrowingEvent, time: number, isOpening: boolean, isCommand: boolean): void {
  event.rows++;
  if (isOpening) event.opened++;
  if (isCommand) event.commands++;
  if (time < event.first) event.first = time;
  if (time > event.last) event.last = time;
}

/** Whether a list of an event has no room for one text more. */
export function isFullFor(texts: readonly string[], text: string | null): boolean {
  return text !== null && texts.length >= eventUsersMax && !texts.includes(text);
}

export function addText(texts: string[], text: string | null): void {
  if (text !== null && !texts.includes(text)) texts.push(text);
}
