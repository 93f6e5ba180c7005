import type { Protocol } from '../event/protocol.ts';
import type { LogFormat } from './format.ts';
import { columnsOfComment, columnsOfRow } from './header.ts';
import { messageTrackingFormat } from './message-tracking/format.ts';
import { popImapFormat } from './pop-imap/format.ts';
import { smtpReceiveFormat } from './smtp-receive/format.ts';

/** Every kind of log that is read. */
export const formats: readonly LogFormat[] = [popImapFormat, smtpReceiveFormat, messageTrackingFormat];

function formatsOf(protocol: Protocol): readonly LogFormat[] {
  return formats.filter(({ series }) => series.some((one) => one.isCounted && one.protocol === protocol));
}

/** The format of a protocol's logs where neither a file's name nor its head tells more: the first. */
export function formatOf(protocol: Protocol): LogFormat {
  const [format] = formatsOf(protocol);
  if (format === undefined) {
    throw new RangeError(`${protocol} logs cannot be read`);
  }
  return format;
}

const headBytesMax = 16_384;
const lineFeed = 0x0a;

/** The format of a log whose name does not tell: the one whose columns its first header names. */
export function formatOfHead(protocol: Protocol, bytes: Buffer): LogFormat {
  const candidates = formatsOf(protocol);
  const head = bytes.subarray(0, headBytesMax);
  for (let start = 0; start < head.length && candidates.length > 1;) {
    const end = head.indexOf(lineFeed, start) === -1 ? head.length : head.indexOf(lineFeed, start);
    const format = candidates.find((one) => isHeaderOf(one, head, start, end));
    if (format !== undefined) return format;
    start = end + 1;
  }
  return formatOf(protocol);
}

function isHeaderOf(format: LogFormat, bytes: Buffer, start: number, end: number): boolean {
  const columns = columnsOfComment(bytes, start, end, format);
  return columns !== null ? columns !== 'damaged' : columnsOfRow(bytes, start, end, format) !== null;
}
