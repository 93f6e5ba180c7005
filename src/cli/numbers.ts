import { UserError } from '../runtime/errors.ts';

/** A positive number of a flag. */
export function positiveNumber(flag: string, text: unknown): number {
  const number = Number(text);
  if (typeof text !== 'string' || text.trim() === '' || !Number.isFinite(number) || number <= 0) {
    throw new UserError(`${flag}: "${String(text)}" is not a number above 0`);
  }
  return number;
}

/** A whole number of a flag, zero or more. */
export function wholeNumber(flag: string, text: unknown): number {
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) {
    throw new UserError(`${flag}: "${String(text)}" is not a whole number`);
  }
  return Number(text);
}
