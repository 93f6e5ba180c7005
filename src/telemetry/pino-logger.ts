/**
 * The one door to pino. Everything goes to standard error: results alone go to standard output. What a log of a
 * mail server contained may end up in a field, so control characters never reach the terminal.
 */
import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { visibleText } from '../runtime/visible-text.ts';
import type { Logger } from './logger.ts';

export interface PinoOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'pretty' | 'json';
  readonly colour: boolean;
  /** Takes one finished line, its end included. */
  readonly write: (line: string) => void;
}

export function pinoLogger(options: PinoOptions): Logger {
  const line = options.format === 'json' ? (text: string) => `${visibleText(text.trimEnd())}\n` : prettyLine(options);
  return pino(
    {
      level: options.level,
      base: null,
      formatters: { level: (level) => ({ level }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
    },
    { write: (text: string) => options.write(line(text)) },
  );
}

function prettyLine(options: PinoOptions): (text: string) => string {
  const pretty = prettyFactory({
    colorize: options.colour,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    errorLikeObjectKeys: ['error'],
  });
  return (text) => pretty(JSON.parse(text, visible));
}

/** Stacks keep their lines; whatever else a line of ours would end at is shown instead. */
function visible(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return key === 'stack' ? value.split('\n').map(visibleText).join('\n') : visibleText(value);
}
