import { formats } from '../exchange-log/formats.ts';
import { startOfFile } from '../exchange-log/slice.ts';
import { isCompressed } from './byte-source.ts';
import type { InputFile } from './input-file.ts';
import type { ReadTask } from './read-task.ts';

/**
 * What there is to read, in the order of files and of their parts.
 *
 * @param partBytes larger files are read in parts
 */
export function readTasks(
  files: readonly InputFile[],
  finished: ReadonlySet<InputFile>,
  partBytes: number,
): readonly ReadTask[] {
  return files.flatMap((file, number) => {
    const { path, protocol, server, bytes, name } = file;
    const whole: ReadTask = {
      file: number,
      part: 0,
      path,
      protocol,
      server,
      format: name === null ? -1 : formats.indexOf(name.format),
      isFinished: finished.has(file),
      bytes,
      range: null,
    };
    const parts = isCompressed(path) ? 1 : Math.ceil(bytes / partBytes);
    if (parts < 2) return [whole];
    return Array.from({ length: parts }, (_, part) => {
      const start = Math.floor((bytes * part) / parts);
      const end = part === parts - 1 ? Number.POSITIVE_INFINITY : Math.floor((bytes * (part + 1)) / parts);
      return { ...whole, part, bytes: bytes / parts, range: { start, end, state: part === 0 ? startOfFile : null } };
    });
  });
}
