/** Flags that may be repeated. */
import { InvalidArgumentError } from 'commander';
import { protocols } from '../event/protocol.ts';
import { didYouMean } from '../runtime/nearest.ts';

export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

export function protocolParser(text: string, before: readonly string[] = []): string[] {
  const known: readonly string[] = protocols;
  if (!known.includes(text)) throw new InvalidArgumentError(`known are ${known.join(', ')}${didYouMean(text, known)}`);
  return collect(text, before);
}
