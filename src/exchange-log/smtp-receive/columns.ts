/** Where each column that is read stands in a row; -1 where the header does not name it. */
export interface Columns {
  readonly connector: number;
  readonly session: number;
  readonly sequence: number;
  readonly local: number;
  readonly remote: number;
  readonly event: number;
  readonly data: number;
  readonly context: number;
}

/** @param names in lower case; of two alike the first counts */
export function columnsOf(names: readonly string[]): Columns {
  return {
    connector: names.indexOf('connector-id'),
    session: names.indexOf('session-id'),
    sequence: names.indexOf('sequence-number'),
    local: names.indexOf('local-endpoint'),
    remote: names.indexOf('remote-endpoint'),
    event: names.indexOf('event'),
    data: names.indexOf('data'),
    context: names.indexOf('context'),
  };
}
