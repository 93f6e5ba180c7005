import { StragglerProcess } from './straggler-process.ts';

/** A process of the line that is started again, with the same arguments, whenever it was killed. */
export class Restartable implements AsyncDisposable {
  readonly #arguments: readonly string[];
  current: StragglerProcess;

  constructor(...own: readonly [string, ...string[]]) {
    this.#arguments = own;
    this.current = this.#start();
  }

  async killAndStart(): Promise<void> {
    await this.current.signal('SIGKILL');
    this.current = this.#start();
  }

  #start(): StragglerProcess {
    const [command = '', ...more] = this.#arguments;
    return StragglerProcess.start(command, ...more);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.current[Symbol.asyncDispose]();
  }
}
