const batchCharacters = 64 * 1024;

/** The same text in pieces worth a write each; a report of 200,000 clients is not 200,000 writes. */
export function* batched(pieces: Iterable<string>): Generator<string> {
  let batch = '';
  for (const piece of pieces) {
    batch += piece;
    if (batch.length >= batchCharacters) {
      yield batch;
      batch = '';
    }
  }
  if (batch !== '') {
    yield batch;
  }
}
