/**
 * An error meant for the person at the keyboard: what failed, on what, and what to do about it. The command line
 * prints the sentence without a stack; anything else that reaches it is a defect and is printed whole.
 */
export class UserError extends Error {
  /** What to do, one sentence; printed on a line of its own. */
  readonly remedy: string | null;
  /** Whether the same call may succeed later without anybody's doing. */
  readonly retryable: boolean;

  constructor(message: string, options: { remedy?: string; retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'UserError';
    this.remedy = options.remedy ?? null;
    this.retryable = options.retryable ?? false;
  }
}
