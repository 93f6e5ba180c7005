/**
 * Many short runs of bytes that may be given back, in a few large buffers: what a million clients hold costs its bytes
 * and no objects, so the collector of garbage has nothing to walk. A block that is given back is used for the next one
 * of its size.
 */

/** Blocks begin at multiples of this many bytes, so a 31-bit handle reaches 8 GiB. */
const granule = 4;
const pageBytes = 2 ** 20;
const pageGranules = pageBytes / granule;

/** The largest block: several times what the bounded sets of one sighting can hold. */
const blockBytesMax = 2 ** 18;

/** Up to here there are blocks of every size, from here on in steps of a fifth. */
const shortBytesMax = 256;
const sizes: readonly number[] = blockSizes();
const noBlock = 0;

function blockSizes(): number[] {
  const all: number[] = [];
  for (let size = granule; size <= shortBytesMax; size += granule) all.push(size);
  for (let size = shortBytesMax; size < blockBytesMax;) {
    size = Math.min(blockBytesMax, Math.ceil((size * 1.2) / granule) * granule);
    all.push(size);
  }
  return all;
}

/** The smallest size that has room for so many bytes, as an index into `sizes`. */
function sizeIndexOf(bytes: number): number {
  if (bytes <= shortBytesMax) return Math.max(0, Math.ceil(bytes / granule) - 1);
  let index = shortBytesMax / granule;
  while ((sizes[index] ?? Number.POSITIVE_INFINITY) < bytes) index++;
  if (index >= sizes.length) throw new RangeError(`a block of ${bytes} bytes`);
  return index;
}

export class ByteBlocks {
  readonly #pages: Buffer[] = [];
  /** By size: handle of the first block that was given back; its first bytes hold the handle of the next. */
  readonly #free = new Int32Array(sizes.length);
  /** Free part of the last page. Handle 0 is none, so the first granule stays unused. */
  #next = pageGranules;
  #end = 0;

  constructor() {
    this.#addPage();
    this.#next = 1;
  }

  /** The buffer that a block lies in; it begins there at `startOf`. */
  pageOf(handle: number): Buffer {
    return this.#pages[Math.floor(handle / pageGranules)] as Buffer;
  }

  startOf(handle: number): number {
    return (handle % pageGranules) * granule;
  }

  /** Whether a block that was made for `before` bytes has the size of one for `bytes`. */
  fits(before: number, bytes: number): boolean {
    return sizeIndexOf(before) === sizeIndexOf(bytes);
  }

  /** A block of at least so many bytes, whatever stands in it; never 0. */
  allocate(bytes: number): number {
    const index = sizeIndexOf(bytes);
    const free = this.#free[index] as number;
    if (free !== noBlock) {
      this.#free[index] = this.#nextFree(free);
      return free;
    }
    const granules = (sizes[index] as number) / granule;
    // What is left of the page is lost: a quarter of one at the very most.
    if (this.#next + granules > this.#end) this.#addPage();
    const handle = this.#next;
    this.#next += granules;
    return handle;
  }

  /** Gives a block back that was allocated for so many bytes. */
  release(handle: number, bytes: number): void {
    const index = sizeIndexOf(bytes);
    const [page, start] = [this.pageOf(handle), this.startOf(handle)];
    const next = this.#free[index] as number;
    for (let at = 0; at < granule; at++) page[start + at] = (next >>> (8 * at)) & 255;
    this.#free[index] = handle;
  }

  #nextFree(handle: number): number {
    const [page, start] = [this.pageOf(handle), this.startOf(handle)];
    let next = 0;
    for (let at = 0; at < granule; at++) next |= (page[start + at] as number) << (8 * at);
    return next;
  }

  #addPage(): void {
    this.#next = this.#pages.length * pageGranules;
    this.#end = this.#next + pageGranules;
    this.#pages.push(Buffer.alloc(pageBytes));
  }
}
