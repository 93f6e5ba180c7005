/** `SSL 2.0` to `TLS 1.3`, spelled so that the order of texts is the order of versions. */
export const tlsVersionPattern = /^(?:SSL|TLS) [0-9]\.[0-9]$/;

/** The higher of two versions. */
export function higherTls(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}
