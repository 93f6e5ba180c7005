/** What the operating system said, told apart by what helps. */

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The name leads nowhere any more: the next scan says what became of it. */
export function isAbsent(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** This process has too many files open: closing some helps. */
export function isOutOfHandles(code: string): boolean {
  return code === 'EMFILE' || code === 'ENFILE';
}
