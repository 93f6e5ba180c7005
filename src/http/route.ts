/** What a part of the program offers over HTTP; the server around it knows of limits, hosts, problems and closing. */
import type { HttpAnswer } from './answer.ts';
import type { Query } from './query.ts';

interface HttpRequest {
  /** By the name of the path's part: `/clients/:address` has `address`. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly accept: string | undefined;
  /** Aborted when the client has gone or the server closes: an answer that goes on must end then. */
  readonly signal: AbortSignal;
}

/** Answered to GET and HEAD. */
export interface Route {
  readonly path: string;
  /** Query parameters it takes; any other is refused by name. */
  readonly parameters: readonly string[];
  /** May throw a `Problem`; anything else that it throws is a defect, is logged, and answers 500. */
  answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
}
