/** Where each column that is read stands in a row; -1 where the header does not name it. */
export interface Columns {
  readonly clientIp: number;
  readonly serverIp: number;
  readonly serverName: number;
  readonly connector: number;
  readonly source: number;
  readonly event: number;
  readonly sender: number;
  readonly returnPath: number;
  readonly originalClientIp: number;
  readonly customData: number;
}

/** By name: versions have 21 to 30 columns. @param names in lower case; of two alike the first counts */
export function columnsOf(names: readonly string[]): Columns {
  return {
    clientIp: names.indexOf('client-ip'),
    serverIp: names.indexOf('server-ip'),
    serverName: names.indexOf('server-hostname'),
    connector: names.indexOf('connector-id'),
    source: names.indexOf('source'),
    event: names.indexOf('event-id'),
    sender: names.indexOf('sender-address'),
    returnPath: names.indexOf('return-path'),
    originalClientIp: names.indexOf('original-client-ip'),
    customData: names.indexOf('custom-data'),
  };
}
