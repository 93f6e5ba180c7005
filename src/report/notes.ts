import type { UnreadableInput } from './input-file.ts';
import type { Report } from './report.ts';
import type { ReportInput } from './report-input.ts';

const problemsShownMax = 20;

/** What people should know before they believe the numbers: one sentence each, without a full stop. */
export function reportNotes({ input, unreadable, found }: Report): readonly string[] {
  const notes: string[] = [];
  for (const { path, reason } of unreadable) notes.push(`${path} ${reason}`);
  for (const path of found.emptyPaths) notes.push(`${path} holds no POP3, IMAP4 or SMTP log`);
  const [guessed] = found.guessedPaths;
  if (guessed !== undefined) {
    const more = found.guessedPaths.length > 1 ? ` and ${found.guessedPaths.length - 1} more` : '';
    notes.push(`nothing names the server of ${guessed}${more}, so it is this host: say --server NAME=${guessed}`);
  }
  for (const { name, protocol, files, rows } of input.servers) {
    if (rows === 0)
      notes.push(`${name} ${protocol}: no rows in ${count(files, 'file')}. Is protocol logging on there?`);
  }
  return [...notes, ...problemNotes(input, unreadable), ...unterminatedNote(input.unterminated)];
}

function problemNotes({ problems }: ReportInput, unreadable: readonly UnreadableInput[]): string[] {
  const isNamed = new Set(unreadable.map(({ path, reason }) => `${path}\t${reason}`));
  const others = problems.filter(({ path, reason }) => !isNamed.has(`${path}\t${reason}`));
  const notes = others.slice(0, problemsShownMax).map(({ path, line, reason, count: times }) => {
    const place = path === null ? 'further files' : `${path}${line === null ? '' : `:${line}`}`;
    return `${place}: ${reason}${times > 1 ? ` (${times.toLocaleString('en-US')} times)` : ''}`;
  });
  const hidden = others.length - notes.length;
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
