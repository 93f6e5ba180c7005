/** What a part of the program offers over HTTP; the server around it knows of limits, hosts, problems and closing. */
import type { Query } from './query.ts';

export interface HttpRequest {
  /** By the name of the path's part: `/clients/:address` has `address`. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly accept: string | undefined;
  /** `If-None-Match` as it was sent. */
  readonly knownTag: string | undefined;
  /** Aborted when the client has gone or the server closes: an answer that goes on must end then. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  /** 200 where left out. */
  readonly status?: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are asked for one by one, no faster than the client takes them; never asked for by HEAD. */
  readonly body: string | Buffer | AsyncIterable<string>;
}

/** Answered to GET and HEAD. */
export interface Route {
  readonly path: string;
  /** Query parameters it takes; any other is refused by name. */
  readonly parameters: readonly string[];
  /** May throw a `Problem`; anything else that it throws is a defect, is logged, and answers 500. */
  answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
}

export function json(value: unknown, status = 200): HttpAnswer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
