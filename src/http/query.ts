/** The query of a request: known parameters, each once. What is not known is refused, never silently ignored. */
import { didYouMean } from '../runtime/nearest.ts';
import { Problem } from './problem.ts';

export interface Query {
  has(name: string): boolean;
  /** The parameter's text; null where it is missing or blank, as an empty field of a form is sent. */
  text(name: string): string | null;
  /** One of the words, or null where it is missing or blank. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | null;
  /** A whole number within the bounds, or `otherwise` where it is missing or blank. */
  integer(name: string, bounds: { min: number; max: number; otherwise: number }): number;
}

const textLengthMax = 1024;

/** Throws a `Problem` for an unknown or repeated parameter. */
export function readQuery(given: Readonly<Record<string, unknown>>, known: readonly string[]): Query {
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    if (!known.includes(name)) throw new Problem(400, unknownParameter(name, known));
    if (typeof value !== 'string') throw new Problem(400, `The parameter "${name}" is given more than once.`);
    if (value.length > textLengthMax)
      throw new Problem(400, `The parameter "${name}" is longer than ${textLengthMax} characters.`);
    texts.set(name, value);
  }
  const text = (name: string): string | null => {
    const value = texts.get(name)?.trim() ?? '';
    return value === '' ? null : value;
  };
  return {
    has: (name) => texts.has(name),
    text,
    word(name, words) {
      const value = text(name);
      if (value === null) return null;
      const word = words.find((candidate) => candidate === value);
      if (word !== undefined) return word;
      const detail = `The parameter "${name}" cannot be ${quoted(value)}: it is one of ${words.join(', ')}`;
      throw new Problem(400, suggesting(detail, value, words));
    },
    integer(name, { min, max, otherwise }) {
      const value = text(name);
      if (value === null) return otherwise;
      const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
      if (number >= min && number <= max) return number;
      throw new Problem(400, `The parameter "${name}" is a whole number from ${min} to ${max}, not ${quoted(value)}.`);
    },
  };
}

function unknownParameter(name: string, known: readonly string[]): string {
  const takes = known.length === 0 ? 'this path takes none' : `this path takes ${known.join(', ')}`;
  return suggesting(`There is no parameter ${quoted(name)}: ${takes}`, name, known);
}

/** Ends a sentence with the word that was probably meant, or with a full stop. */
export function suggesting(sentence: string, word: string, known: readonly string[]): string {
  return sentence + (didYouMean(word, known) || '.');
}

/** What a client sent, for a sentence: short, whatever it sent. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
