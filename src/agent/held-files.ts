import type { FollowedFile } from './followed-file.ts';
import type { Handles, OpenFile } from './handles.ts';

/**
 * The files that one lane holds open: the newest, so that they are read on when they are deleted or renamed, and those
 * with something unread. Others are closed at once: on Windows an open file keeps its name blocked when it is deleted.
 */
export class HeldFiles {
  readonly #handles: Handles;
  readonly #files = new Set<FollowedFile>();

  constructor(handles: Handles) {
    this.#handles = handles;
  }

  /** Holds an open file if it is worth it and there is room; else closes it. */
  async keep(file: FollowedFile, opened: OpenFile): Promise<void> {
    const before = file.held;
    if (before === opened) return;
    const isWorthIt = file.hot || file.size > file.read.offset || file.inFlight > 0;
    if (before === null && !(isWorthIt && this.#handles.hold())) {
      if (file.read.offset > 0) file.head = null;
      await opened[Symbol.asyncDispose]();
      return;
    }
    file.held = opened;
    this.#files.add(file);
    await before?.[Symbol.asyncDispose]();
  }

  /** Closes what is held for nothing any more. What is gone is held until its last byte is durable. */
  async closeIdle(): Promise<void> {
    for (const file of this.#files) {
      const mayReopen = !file.isWaiting && (!file.hot || this.#handles.isOverfull);
      const isDone = file.missedScans > 0 ? file.read.finished : mayReopen;
      // What was refused is read again, perhaps through this handle alone.
      if (isDone && file.inFlight === 0 && !file.isAhead) await this.close(file);
    }
  }

  async closeAll(): Promise<void> {
    for (const file of this.#files) await this.close(file);
  }

  async close(file: FollowedFile): Promise<void> {
    const { held } = file;
    if (held === null) return;
    file.held = null;
    // Read again when it is needed: there may be thousands of them.
    file.head = null;
    this.#files.delete(file);
    this.#handles.letGo();
    await held[Symbol.asyncDispose]();
  }
}
