import type { Report } from './report.ts';

const problemsShownMax = 20;

/** What people should know before they believe the numbers: one sentence each, without a full stop. */
export function reportNotes({ input, unreadable, found }: Report): readonly string[] {
  const notes: string[] = [];
  for (const { path, reason } of unreadable) notes.push(`${path} ${reason}`);
  for (const path of found.emptyPaths) notes.push(`${path} holds no POP3 or IMAP4 log`);
  const [guessed] = found.guessedPaths;
  if (guessed !== undefined) {
    const more = found.guessedPaths.length > 1 ? ` and ${found.guessedPaths.length - 1} more` : '';
    notes.push(`nothing names the server of ${guessed}${more}, so it is this host: say --server NAME=${guessed}`);
  }
  for (const { name, protocol, files, rows } of input.servers) {
    if (rows === 0)
      notes.push(`${name} ${protocol}: no rows in ${count(files, 'file')}. Is protocol logging on there?`);
  }
  return [...notes, ...problemNotes(input), ...unterminatedNote(input.unterminated)];
}

function problemNotes({ problems }: Report['input']): string[] {
  const shown = problems.filter(({ line, path }) => line !== null || path === null).slice(0, problemsShownMax);
  const notes = shown.map(({ path, line, reason, count: times }) => {
    const place = path === null ? 'further files' : `${path}${line === null ? '' : `:${line}`}`;
    return `${place}: ${reason}${times > 1 ? ` (${times.toLocaleString('en-US')} times)` : ''}`;
  });
  const hidden = problems.filter(({ line, path }) => line !== null || path === null).length - shown.length;
  return hidden > 0 ? [...notes, `${count(hidden, 'more problem')}: see --format json`] : notes;
}

function unterminatedNote(unterminated: number): string[] {
  return unterminated === 0
    ? []
    : [`${count(unterminated, 'file')} ended in the middle of a row, which may still be written and is not counted`];
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}
