import { InvalidArgumentError } from 'commander';

export interface ServerAssignment {
  readonly name: string;
  readonly path: string;
}

/** `--server NAME=PATH`, which may be given several times. */
export function collectServer(text: string, before: readonly ServerAssignment[] = []): ServerAssignment[] {
  const equals = text.indexOf('=');
  if (equals <= 0 || equals === text.length - 1) {
    throw new InvalidArgumentError(`write NAME=PATH, as EX01=/logs/ex01: the name for the logs below that path.`);
  }
  return [...before, { name: text.slice(0, equals), path: text.slice(equals + 1) }];
}
