/** What is sent back: whole, or piece by piece. */
export interface HttpAnswer {
  /** 200 where left out. */
  readonly status?: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are asked for one by one, no faster than the client takes them; never asked for by HEAD. */
  readonly body: string | Buffer | AsyncIterable<string>;
}

export function json(value: unknown): HttpAnswer {
  return { type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
