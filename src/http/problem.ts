/** What an answer says when it refuses: a problem document of RFC 9457. */
import { STATUS_CODES } from 'node:http';
import type { HttpAnswer } from './answer.ts';

export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Members of the document besides the standard ones. */
  readonly members: Readonly<Record<string, unknown>>;

  /** `detail` is a sentence for people: what is wrong, and what would be right. */
  constructor(
    status: number,
    detail: string,
    options: { headers?: Readonly<Record<string, string>>; members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

export const problemType = 'application/problem+json; charset=utf-8';

export function problemAnswer(problem: Problem): HttpAnswer {
  return { status: problem.status, type: problemType, headers: problem.headers, body: problemDocument(problem) };
}

/** `about:blank` says that the title is no more than the status code's name. */
export function problemDocument(problem: Problem): string {
  const title = STATUS_CODES[problem.status] ?? 'Error';
  return JSON.stringify({
    type: 'about:blank',
    title,
    status: problem.status,
    detail: problem.message,
    ...problem.members,
  });
}
