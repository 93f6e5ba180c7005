/** Files as programs of Windows open them, with a sharing mode: Node itself always shares everything. */
import { createRequire } from 'node:module';

/** The part of koffi that is used here; it is installed for Windows only, beside this file. */
interface Koffi {
  load(library: string): { func(signature: string): (...values: unknown[]) => unknown };
}

/** What others may do with the file meanwhile. Exchange shares `read`. */
export const sharing = { none: 0, read: 1, all: 7 } as const;
export type Sharing = (typeof sharing)[keyof typeof sharing];

const fileAppendData = 0x4;
const openAlways = 4;
const normalAttributes = 0x80;
const invalidHandle = -1n;

const koffi = createRequire(import.meta.url)('koffi') as Koffi;
const kernel = koffi.load('kernel32.dll');
const createFile = kernel.func(
  'intptr_t __stdcall CreateFileW(str16 name, uint32_t access, uint32_t share, void *security, uint32_t disposition, uint32_t flags, intptr_t template)',
);
const writeFile = kernel.func(
  'bool __stdcall WriteFile(intptr_t file, const uint8_t *bytes, uint32_t length, _Out_ uint32_t *written, void *overlapped)',
);
const closeHandle = kernel.func('bool __stdcall CloseHandle(intptr_t handle)');
const deleteFile = kernel.func('bool __stdcall DeleteFileW(str16 name)');
const moveFile = kernel.func('bool __stdcall MoveFileW(str16 from, str16 to)');
const lastError = kernel.func('uint32_t __stdcall GetLastError()');

function succeeded(done: unknown, what: string): void {
  if (done !== true) throw new Error(`${what} failed with error ${String(lastError())} of Windows`);
}

/** A log that is held open for append, until it is disposed of. */
export class HeldLog implements Disposable {
  readonly path: string;
  #handle: bigint | null;

  constructor(path: string, share: Sharing) {
    this.path = path;
    const handle = BigInt(createFile(path, fileAppendData, share, null, openAlways, normalAttributes, 0) as number);
    succeeded(handle !== invalidHandle, `opening ${path}`);
    this.#handle = handle;
  }

  append(bytes: Uint8Array): void {
    const written = [0];
    succeeded(writeFile(this.#handle, bytes, bytes.length, written, null), `writing to ${this.path}`);
    if (written[0] !== bytes.length) throw new Error(`${written[0]} of ${bytes.length} bytes were written`);
  }

  [Symbol.dispose](): void {
    if (this.#handle === null) return;
    closeHandle(this.#handle);
    this.#handle = null;
  }
}

/** As Explorer and .NET delete: the name goes when the last handle does. */
export function deleteAsWindows(path: string): void {
  succeeded(deleteFile(path), `deleting ${path}`);
}

export function moveAsWindows(from: string, to: string): void {
  succeeded(moveFile(from, to), `moving ${from}`);
}
