/**
 * HTML as text that cannot be mistaken: whatever is put into a template is escaped, unless it came out of a template
 * itself. Texts from logs pass through here and nowhere else on their way to a page.
 *
 * Only for text between tags and for attribute values in double quotes; never inside script, style, a comment, or a
 * tag or attribute name.
 */
import { visibleText } from '../runtime/visible-text.ts';

/** Made by `html` alone. */
export class Html {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  static template(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
    let text = strings[0] ?? '';
    for (const [index, part] of parts.entries()) text += written(part) + (strings[index + 1] ?? '');
    return new Html(text);
  }
}

/** Nothing is written for null and false, so that a part can depend on a condition. */
export type Part = Html | string | number | null | false | readonly Part[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return Html.template(strings, ...parts);
}

function written(part: Part): string {
  if (part === null || part === false) return '';
  if (part instanceof Html) return part.toString();
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return part.map(written).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escaped(text: string): string {
  return visibleText(text.toWellFormed()).replace(/[&<>"'`]/g, (character) => entities[character] ?? '');
}
