/** Processes of the line that end by SIGKILL before or after a durable write that is named. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StragglerProcess } from '../../processes/straggler-process.ts';
import { until } from '../../processes/until.ts';
import type { Death, DurableWrite } from './durable-writes.ts';

const program = fileURLToPath(new URL('../../../src/start.js', import.meta.url));
/** On a machine that is busy with everything else, too. */
const deathMs = 150_000;

export class KillPoints {
  readonly #noteFile: string;

  /** @param folder where the names of the writes that happened are kept */
  constructor(folder: string) {
    this.#noteFile = join(folder, 'durable-writes');
  }

  /** What happened in any process that was started here. */
  get passed(): ReadonlySet<string> {
    if (!existsSync(this.#noteFile)) return new Set();
    return new Set(readFileSync(this.#noteFile, 'utf8').trimEnd().split('\n'));
  }

  /** Notes its writes, and lives. */
  start(command: string, ...more: readonly string[]): StragglerProcess {
    return this.#start({}, command, more);
  }

  /** Lives until it comes to the write, and is killed there before or after it. */
  async killAt(write: DurableWrite, death: Death, command: string, ...more: readonly string[]): Promise<void> {
    await using process = this.#start({ kill: write, death }, command, more);
    await until(
      () => `${command} is killed ${death} "${write}"; its log:\n${process.log.slice(-15).join('\n')}`,
      () => !process.isRunning,
      deathMs,
    );
    const end = await process.ended;
    assert.equal(end.signal, 'SIGKILL', `${command} ended by itself:\n${process.log.join('\n')}`);
  }

  #start(told: Record<string, string>, command: string, more: readonly string[]): StragglerProcess {
    const watch = new URL('./durable-writes-process.ts', import.meta.url);
    watch.search = new URLSearchParams({ note: this.#noteFile, ...told }).toString();
    return StragglerProcess.startProgram([process.execPath, '--import', watch.href, program], command, ...more);
  }
}

export const deaths: readonly Death[] = ['before', 'after'];

/** Every write that happened has a name in the list, and every name in the list happened. */
export function assertAllNamed(passed: ReadonlySet<string>, named: readonly string[]): void {
  assert.deepEqual([...passed].toSorted(), [...named].toSorted());
}
