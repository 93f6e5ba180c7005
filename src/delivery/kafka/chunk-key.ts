/** What a stored chunk's checksum covers beside its bytes. */
export function chunkKey(id: number, partition: number, bytes: number, headers: string): string {
  return `${id} ${partition} ${bytes} ${headers}`;
}
