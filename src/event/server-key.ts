import { canonicalAddress } from './address.ts';
import { cutText } from './cut-text.ts';

// Folder names may hold anything; a key is part of other keys, labels and lines, where a control character is a trap.
// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\u0000-\u001f\u007f-\u009f]/g;

/**
 * The identity of a server: the first DNS label of its name in upper case, an IP address as its canonical text. Blank
 * when the name holds nothing else than dots, blanks and control characters.
 */
export function serverKey(name: string): string {
  const clean = name.toWellFormed().replace(controlCharacters, '').trim();
  const address = canonicalAddress(clean);
  if (address !== null) {
    return address;
  }
  const label = clean.split('.').find((part) => part.trim() !== '') ?? '';
  const key = cutText(label.trim().toUpperCase()).trim();
  // `0::.` is no address, but its label is one: a key must be its own key.
  return canonicalAddress(key) ?? key;
}
