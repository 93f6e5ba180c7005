import type { Protocol } from '../event/protocol.ts';
import type { LogFormat } from './format.ts';
import { popImapFormat } from './pop-imap/format.ts';

const formats: Readonly<Record<Protocol, LogFormat | null>> = {
  pop3: popImapFormat,
  imap4: popImapFormat,
  smtp: null,
};

/** The format of a protocol's logs. */
export function formatOf(protocol: Protocol): LogFormat {
  const format = formats[protocol];
  if (format === null) {
    throw new RangeError(`${protocol} logs cannot be read`);
  }
  return format;
}
