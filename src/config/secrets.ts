/**
 * Secrets come from files or from the environment: a command line can be read by every user of the machine, and a
 * configuration file is passed around. They are read where they are used and kept nowhere.
 */
import { readFileSync } from 'node:fs';
import { UserError } from '../runtime/errors.ts';

export const secretVariable = {
  password: 'STRAGGLER_KAFKA_PASSWORD',
  keyPassphrase: 'STRAGGLER_KAFKA_KEY_PASSPHRASE',
} as const;

export const secretVariables: readonly string[] = Object.values(secretVariable);

const fileBytesMax = 1024 * 1024;

/** The bytes of a file that a setting names. Throws a UserError that names both. */
export function readSettingFile(file: string, setting: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UserError(`The file ${file} of ${setting} cannot be read: ${reasonOf(error)}`, {
      remedy: 'Check the path, and that the account of this program may read the file.',
      retryable: true,
      cause: error,
    });
  }
  if (bytes.length > fileBytesMax) {
    throw new UserError(`The file ${file} of ${setting} holds ${bytes.length} bytes: that cannot be meant`);
  }
  return bytes;
}

/** The first line of the file, or the variable, which wins; null where neither is given. Throws a UserError. */
export function readSecret(
  variable: string,
  environment: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
  setting: string,
): string | null {
  const given = environment[variable];
  if (given !== undefined) return given;
  if (file === undefined) return null;
  const [line = ''] = readSettingFile(file, setting).toString('utf8').split(/\r?\n/, 1);
  if (line !== '') return line.replace(/^\uFEFF/, '');
  throw new UserError(`The file ${file} of ${setting} is empty`, { remedy: 'Its first line must be the secret.' });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return message;
}
