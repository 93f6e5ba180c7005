/** Layout 2 of the outbox: a chunk rests as the record that it is on the wire, where layout 1 had its body alone. */
import { zstdDecompressSync } from 'node:zlib';
import type { DatabaseSync } from '../store/open-state.ts';
import { rowChecksum } from '../store/row-checksum.ts';
import type { ChunkHeaders } from './chunk.ts';
import { chunkKey } from './chunk-key.ts';
import { pack } from './packing.ts';

/** A row that is not what was written keeps a checksum that does not fit: the damage is found where it always is. */
export function chunksAsRecords(database: DatabaseSync): void {
  const put = database.prepare('UPDATE chunks SET body = ?, checksum = ? WHERE id = ?');
  for (const row of database.prepare('SELECT * FROM chunks ORDER BY id').all()) {
    const [id, partition, bytes] = [Number(row['id']), Number(row['partition']), Number(row['bytes'])];
    const [headers, body] = [String(row['headers']), row['body']];
    const key = chunkKey(id, partition, bytes, headers);
    if (!(body instanceof Uint8Array) || row['checksum'] !== rowChecksum(key, body)) continue;
    const packed = pack(JSON.parse(headers) as ChunkHeaders, zstdDecompressSync(body));
    put.run(packed, rowChecksum(key, packed), id);
  }
}
