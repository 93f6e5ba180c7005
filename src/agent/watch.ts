/**
 * The one door to chokidar. Watching only wakes the next scan earlier: nothing is concluded from what it says, and
 * what it misses the next scan finds. Folders are watched at depth 0, and of their files only the newest:
 * over a folder of 10,000 logs everything else would cost 10,000 watches.
 */
import { normalize } from 'node:path';
import { FSWatcher } from 'chokidar';

export interface WatchEvents {
  /** Something may have changed. */
  wake(): void;
  /** Watching failed somewhere; a scan is due. */
  failed(error: unknown): void;
}

export class FolderWatch implements AsyncDisposable {
  readonly #watcher: FSWatcher;
  #folders: ReadonlySet<string> = new Set();
  #files: ReadonlySet<string> = new Set();

  constructor(events: WatchEvents) {
    this.#watcher = new FSWatcher({
      depth: 0,
      ignoreInitial: true,
      followSymlinks: false,
      persistent: true,
      // On Windows chokidar asks with slashes.
      ignored: (path) => !this.#isWatched(normalize(path)),
    });
    this.#watcher.on('all', () => events.wake());
    this.#watcher.on('error', (error) => events.failed(error));
  }

  /** Watches these folders, and of their files these; nothing else any more. */
  update(folders: ReadonlySet<string>, files: ReadonlySet<string>): void {
    const before = [...this.#folders, ...this.#files];
    const now = new Set([...folders, ...files]);
    const known = new Set(before);
    this.#folders = folders;
    this.#files = files;
    const gone = before.filter((path) => !now.has(path));
    const come = [...now].filter((path) => !known.has(path));
    if (gone.length > 0) this.#watcher.unwatch(gone);
    if (come.length > 0) this.#watcher.add(come);
  }

  #isWatched(path: string): boolean {
    return this.#folders.has(path) || this.#files.has(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watcher.close();
  }
}
