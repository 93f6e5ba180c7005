import type { Protocol } from '../event/protocol.ts';
import type { LogFormat } from './format.ts';
import { messageTrackingFormat } from './message-tracking/format.ts';
import { popImapFormat } from './pop-imap/format.ts';
import { smtpReceiveFormat } from './smtp-receive/format.ts';

/** Every kind of log that is read. */
export const formats: readonly LogFormat[] = [popImapFormat, smtpReceiveFormat, messageTrackingFormat];

/** The format of a protocol's logs where no file name tells more: its first. */
export function formatOf(protocol: Protocol): LogFormat {
  const format = formats.find(({ series }) => series.some((one) => one.isCounted && one.protocol === protocol));
  if (format === undefined) {
    throw new RangeError(`${protocol} logs cannot be read`);
  }
  return format;
}
