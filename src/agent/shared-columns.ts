/** Nearly all files of a server have the same columns, and each would keep its own list of them: half a kilobyte. */
const shared = new Map<string, readonly string[]>();
const sharedMax = 256;

/** The one list with these names. */
export function sharedColumns(columns: readonly string[] | null): readonly string[] | null {
  if (columns === null) return null;
  const key = columns.join('\n');
  const known = shared.get(key);
  if (known !== undefined) return known;
  if (shared.size >= sharedMax) shared.clear();
  shared.set(key, columns);
  return columns;
}
