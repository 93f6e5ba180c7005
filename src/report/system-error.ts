const words: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EBUSY: 'is locked by another program',
  ELOOP: 'is a link that leads in a circle',
  EMFILE: 'cannot be opened: this process has too many files open',
  ENFILE: 'cannot be opened: this machine has too many files open',
  EISDIR: 'is a folder',
  Z_DATA_ERROR: 'is damaged: it cannot be unpacked',
  Z_BUF_ERROR: 'ends before all of it was unpacked',
};

/** What the operating system said of a path, in words that follow it. */
export function systemErrorText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return words[code ?? ''] ?? `cannot be read (${code ?? message})`;
}

export function isSystemError(error: unknown): boolean {
  return error instanceof Error && ('syscall' in error || isPackingError(error));
}

/** The path leads nowhere, or in a circle. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

/** What zlib says of a file that was cut or is no gzip file. */
function isPackingError(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}
