import { cutText } from '../event/cut-text.ts';
import { serverKey } from '../event/server-key.ts';

/** A receive connector, `EX01\Default Frontend EX01`; both parts may be blank. */
export interface ConnectorValue {
  /** Key of the server that it is on. */
  readonly server: string;
  readonly name: string;
}

/** The server stands before the first backslash; without one the whole is the connector's name. */
export function connectorValue(text: string): ConnectorValue {
  const split = text.indexOf('\\');
  return {
    server: split === -1 ? '' : serverKey(text.slice(0, split)),
    name: cutText(text.slice(split + 1).trim()),
  };
}
