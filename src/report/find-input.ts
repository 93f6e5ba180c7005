/**
 * Finds what a report reads: below a folder, to any depth, the log files by their names; a file that is named is read
 * whatever it is called. Links are followed, and nothing is read twice.
 */
import type { BigIntStats, Dirent } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Protocol, protocols as knownProtocols } from '../event/protocol.ts';
import { type LogFileName, parseLogFileName } from '../exchange-log/file-name.ts';
import { type ServerAssignment, serverOfFile } from '../exchange-log/server-name.ts';
import { UserError } from '../runtime/errors.ts';
import { isCompressed, uncompressedName } from './byte-source.ts';
import { realPath } from '../runtime/real-path.ts';
import { type FoundInput, type InputFile, type LogSource, standardInputPath } from './input-file.ts';
import type { ReportOptions } from './options.ts';
import { SeenFiles } from './same-file.ts';
import { isAbsent, systemErrorText } from './system-error.ts';

/** More are a mistake: the root of a volume, a link that leads everywhere. */
const filesMax = 1_000_000;

/** Folders whose name says whose logs they hold, even when there are none. A map: a folder may be called `constructor`. */
const logFolders: ReadonlyMap<string, Protocol> = new Map([
  ['pop3', 'pop3'],
  ['imap4', 'imap4'],
  ['smtpreceive', 'smtp'],
  ['messagetracking', 'smtp'],
]);

type FindOptions = Pick<ReportOptions, 'paths' | 'directory' | 'hostName' | 'protocols' | 'servers' | 'prefixes'>;

interface Folder {
  /** As it was reached from PATH. */
  readonly reached: string;
  readonly real: string;
}

export async function findInput(options: FindOptions): Promise<FoundInput> {
  const search = new InputSearch(options);
  for (const path of options.paths) {
    await search.add(path);
  }
  return search.found();
}

class InputSearch {
  readonly #options: FindOptions;
  readonly #assignments: readonly ServerAssignment[];
  readonly #seen: SeenFiles;
  readonly #folders = new Set<string>();
  readonly #files: InputFile[] = [];
  readonly #sources = new Map<string, LogSource>();
  readonly #unreadable: { path: string; reason: string }[] = [];
  readonly #emptyPaths: string[] = [];
  readonly #guessedPaths = new Set<string>();
  #ignoredFiles = 0;
  /** Logs, and folders walked before: what makes a PATH not empty. */
  #metCount = 0;
  #standardInput: LogSource | null = null;
  #isAnyPathThere = false;

  constructor(options: FindOptions) {
    this.#options = options;
    this.#assignments = options.servers.map(({ name, path }) => ({ name, path: this.#resolve(path) }));
    this.#seen = new SeenFiles(options.hostName);
  }

  found(): FoundInput {
    const [first] = this.#unreadable;
    if (!this.#isAnyPathThere && first !== undefined) {
      throw new UserError(`${first.path} ${first.reason}.`, {
        remedy: 'Name a folder with POP3, IMAP4 or SMTP logs, a log file, or - for standard input.',
      });
    }
    return {
      files: this.#files,
      standardInput: this.#standardInput,
      sources: [...this.#sources.values()],
      ignoredFiles: this.#ignoredFiles,
      unreadable: this.#unreadable,
      emptyPaths: this.#emptyPaths,
      guessedPaths: [...this.#guessedPaths],
    };
  }

  #resolve(path: string): string {
    return path === standardInputPath ? path : resolve(this.#options.directory, path);
  }

  async add(path: string): Promise<void> {
    if (path === standardInputPath) {
      this.#addStandardInput();
      return;
    }
    const reached = this.#resolve(path);
    try {
      const real = await realPath(reached);
      const stats = await stat(real, { bigint: true });
      this.#isAnyPathThere = true;
      if (stats.isDirectory()) {
        await this.#addFolder(path, reached, real);
      } else {
        this.#addNamedFile(path, reached, real, stats);
      }
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (isAbsent(error) && isPattern(path)) await this.#addPattern(path);
      else this.#unreadable.push({ path, reason: systemErrorText(error) });
    }
  }

  /** What the shell has not expanded: shells of Windows never do. */
  async #addPattern(pattern: string): Promise<void> {
    const matches: string[] = [];
    for await (const match of glob(pattern, { cwd: this.#options.directory })) {
      matches.push(match);
      if (matches.length > filesMax) throw tooManyFiles();
    }
    for (const match of matches.sort()) await this.add(match);
    if (matches.length === 0) this.#unreadable.push({ path: pattern, reason: 'matches nothing' });
  }

  #addStandardInput(): void {
    const protocol = protocolByHand(this.#options.protocols, 'Standard input');
    const server = this.#server(standardInputPath, standardInputPath, protocol);
    if (!namesServers(protocol)) this.#noteSource(server, protocol);
    this.#isAnyPathThere = true;
    this.#standardInput = { server, protocol };
  }

  /** Links last: what can be reached without one is named by its own place. */
  async #addFolder(path: string, reached: string, real: string): Promise<void> {
    const before = this.#metCount;
    const folders = [{ reached, real }];
    const links: string[] = [];
    while (folders.length > 0 || links.length > 0) {
      const folder = folders.shift();
      if (folder === undefined) await this.#followLink(path, links.shift() ?? '', folders);
      else await this.#walkFolder(path, folder, folders, links);
    }
    if (this.#metCount === before) {
      this.#emptyPaths.push(path);
    }
  }

  async #walkFolder(path: string, folder: Folder, folders: Folder[], links: string[]): Promise<void> {
    // A link that leads back up, or two that lead to one place, are walked once.
    if (this.#folders.has(folder.real)) {
      this.#metCount++;
      return;
    }
    this.#folders.add(folder.real);
    const filesBefore = this.#files.length;
    const entries = await this.#list(folder.reached);
    const names = new Set(entries.map(({ name }) => name));
    for (const entry of entries) {
      const below = join(folder.reached, entry.name);
      // Whoever packs a log may keep it: the same rows.
      if (isCompressed(entry.name) && names.has(uncompressedName(entry.name))) continue;
      if (entry.isDirectory()) folders.push({ reached: below, real: join(folder.real, entry.name) });
      else if (entry.isSymbolicLink()) links.push(below);
      else if (entry.isFile()) await this.#addIfLog(path, below);
    }
    this.#noteLogFolder(path, folder.reached, this.#files.length > filesBefore);
  }

  /** Sorted by name, so that a report reads and names things in one order everywhere. */
  async #list(folder: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      this.#unreadable.push({ path: folder, reason: systemErrorText(error) });
      return [];
    }
  }

  async #followLink(path: string, link: string, folders: Folder[]): Promise<void> {
    try {
      const real = await realPath(link);
      if ((await stat(real)).isDirectory()) folders.push({ reached: link, real });
      else await this.#addIfLog(path, link);
    } catch (error) {
      // A link that leads nowhere hides no logs, unless it is named like one.
      const isLogName = this.#nameOf(link) !== null;
      if (isLogName || !isAbsent(error)) this.#unreadable.push({ path: link, reason: systemErrorText(error) });
    }
  }

  async #addIfLog(path: string, reached: string): Promise<void> {
    const name = this.#nameOf(reached);
    if (name === null) return;
    try {
      const real = await realPath(reached);
      this.#addFile(path, reached, real, await stat(real, { bigint: true }), name, name.protocol);
    } catch (error) {
      this.#unreadable.push({ path: reached, reason: systemErrorText(error) });
    }
  }

  #addNamedFile(path: string, reached: string, real: string, stats: BigIntStats): void {
    const name = this.#nameOf(reached);
    const protocol = name?.protocol ?? protocolByHand(this.#options.protocols, `The name of ${path}`);
    this.#addFile(path, reached, real, stats, name, protocol);
  }

  #nameOf(path: string): LogFileName | null {
    return parseLogFileName(uncompressedName(basename(path)), { prefixes: this.#options.prefixes });
  }

  #addFile(
    path: string,
    reached: string,
    real: string,
    stats: BigIntStats,
    name: LogFileName | null,
    protocol: Protocol,
  ): void {
    this.#metCount++;
    if (!this.#seen.isNew(real, stats.dev, stats.ino)) {
      return;
    }
    if (name?.isCounted === false) {
      this.#ignoredFiles++;
      return;
    }
    if (this.#files.length >= filesMax) {
      throw tooManyFiles();
    }
    const server = this.#server(path, reached, protocol);
    if (!namesServers(protocol)) this.#noteSource(server, protocol);
    this.#files.push({
      path: reached,
      folder: dirname(reached),
      protocol,
      server,
      name,
      bytes: Number(stats.size),
      changedAt: Number(stats.mtimeMs),
    });
  }

  #noteLogFolder(path: string, folder: string, hasLogs: boolean): void {
    const protocol = logFolders.get(basename(folder).toLowerCase());
    if (protocol === undefined || (hasLogs && namesServers(protocol))) return;
    this.#noteSource(this.#server(path, join(folder, 'x'), protocol), protocol);
  }

  #noteSource(server: string, protocol: Protocol): void {
    this.#sources.set(`${server}\t${protocol}`, { server, protocol });
  }

  #server(path: string, file: string, protocol: Protocol): string {
    const { server, isFallback } = serverOfFile(this.#resolve(path), file, this.#assignments, this.#options.hostName);
    if (isFallback && !namesServers(protocol)) this.#guessedPaths.add(path);
    return server;
  }
}

/** A path with `*`, `?`, `[…]` or `{…}`, should no file be called so. */
function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

function tooManyFiles(): UserError {
  return new UserError(`More than ${filesMax} log files were found.`, { remedy: 'Name a folder further down.' });
}

/** Whether rows name their server themselves: what the path says then holds only for those that do not. */
function namesServers(protocol: Protocol): boolean {
  return protocol === 'smtp';
}

/** The one protocol that was named, for input that does not say its own. */
function protocolByHand(protocols: readonly Protocol[], what: string): Protocol {
  const [protocol] = protocols;
  if (protocol === undefined || protocols.length > 1) {
    throw new UserError(`${what} does not say which protocol it logs.`, {
      remedy: `Name exactly one: ${knownProtocols.map((one) => `--protocol ${one}`).join(', ')}.`,
    });
  }
  return protocol;
}
