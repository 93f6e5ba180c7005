/** Where each column that is read stands in a row; -1 where the header does not name it. */
export interface Columns {
  readonly session: number;
  readonly sequence: number;
  readonly local: number;
  readonly client: number;
  readonly user: number;
  readonly received: number;
  readonly sent: number;
  readonly command: number;
  readonly parameters: number;
  readonly context: number;
}

/** By name, never by count: versions differ. @param names in lower case; of two alike the first counts */
export function columnsOf(names: readonly string[]): Columns {
  return {
    session: names.indexOf('sessionid'),
    sequence: names.indexOf('seqnumber'),
    local: names.indexOf('sip'),
    client: names.indexOf('cip'),
    user: names.indexOf('user'),
    received: names.indexOf('rqsize'),
    sent: names.indexOf('rpsize'),
    command: names.indexOf('command'),
    parameters: names.indexOf('parameters'),
    context: names.indexOf('context'),
  };
}
