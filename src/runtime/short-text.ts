const charactersMax = 80;

/** What somebody wrote, for a sentence about it: its beginning with `…` where it is long. */
export function shortText(text: string): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax).toWellFormed()}…`;
}
