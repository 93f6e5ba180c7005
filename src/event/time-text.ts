import { daysSinceEpoch } from './calendar.ts';

/**
 * ISO 8601 in UTC with milliseconds, of milliseconds since the epoch. Written for millions of times: the day is that of
 * the time before, mostly, and the rest is put together of ready pieces.
 */
export function timeText(ms: number): string {
  const whole = Math.trunc(ms);
  if (Math.abs(whole) > lastMs) throw new RangeError(`${ms} is no time`);
  const day = Math.floor(whole / dayMs);
  if (day !== lastDay) {
    lastDayText = new Date(day * dayMs).toISOString().slice(0, -timeShape.length);
    lastDay = day;
  }
  const inDay = whole - day * dayMs;
  const minute = Math.floor(inDay / minuteMs);
  const inMinute = inDay - minute * minuteMs;
  const second = Math.floor(inMinute / 1000);
  return `${lastDayText}${minuteTexts[minute]}${secondTexts[second]}${milliTexts[inMinute - second * 1000]}`;
}

/** The text of a minute's times up to its seconds; `minute` counts from the epoch. */
export function minuteText(minute: number): string {
  return new Date(minute * minuteMs).toISOString().slice(0, -secondsShape.length);
}

const dayMs = 86_400_000;
/** The last time that there is, and the first, of which Date knows only a part of its day. */
const lastMs = 100_000_000 * dayMs;
const minuteMs = 60_000;
const secondsShape = '00.000Z';
const timeShape = '00:00:00.000Z';
const minuteTexts = Array.from({ length: 1440 }, (_, minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}:`);
const secondTexts = Array.from({ length: 60 }, (_, second) => `${two(second)}.`);
const milliTexts = Array.from({ length: 1000 }, (_, milli) => `${String(milli).padStart(3, '0')}Z`);
let lastDay = Number.NaN;
let lastDayText = '';

function two(number: number): string {
  return String(number).padStart(2, '0');
}

const shape = '0000-00-00T00:00:00.000Z';

/** Milliseconds since the epoch of what `timeText` wrote; null for anything else, the 30th of February included. */
export function parseTimeText(text: string): number | null {
  if (!hasShape(text)) {
    return null;
  }
  const days = daysSinceEpoch(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  const hours = digits(text, 11, 2);
  const minutes = digits(text, 14, 2);
  const seconds = digits(text, 17, 2);
  if (Number.isNaN(days) || hours > 23 || minutes > 59 || seconds > 59) {
    return null;
  }
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + digits(text, 20, 3);
}

/** Whether a digit stands for every 0 of the shape, and the rest is the same. */
function hasShape(text: string): boolean {
  if (text.length !== shape.length) {
    return false;
  }
  for (let at = 0; at < shape.length; at++) {
    const code = text.charCodeAt(at);
    const wanted = shape.charCodeAt(at);
    if (wanted === 48 ? code < 48 || code > 57 : code !== wanted) return false;
  }
  return true;
}

function digits(text: string, start: number, count: number): number {
  let number = 0;
  for (let at = start; at < start + count; at++) number = number * 10 + text.charCodeAt(at) - 48;
  return number;
}
