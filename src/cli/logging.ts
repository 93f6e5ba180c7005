import type { Settings } from '../config/schema.ts';
import type { Logger } from '../telemetry/logger.ts';
import { pinoLogger } from '../telemetry/pino-logger.ts';

/** The program's own log, on standard error: pretty on a terminal, JSON lines elsewhere, unless told. */
export function programLogger(log: Settings['log']): Logger {
  const { isTTY } = process.stderr;
  return pinoLogger({
    level: log.level,
    format: log.format ?? (isTTY ? 'pretty' : 'json'),
    colour: isTTY && (process.env['NO_COLOR'] ?? '') === '',
    write: (line) => process.stderr.write(line),
  });
}
