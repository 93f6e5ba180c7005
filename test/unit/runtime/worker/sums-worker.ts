/** A worker for the tests of `WorkerClient`; `SumsCalls` is what it can be asked. */
import { UserError } from '../../../../src/runtime/errors.ts';
import { Handover, serveWorker } from '../../../../src/runtime/worker/worker-host.ts';

export interface SumsCalls {
  add(values: readonly number[]): number;
  /** Takes a while, and answers what was asked before it. */
  slowly(ms: number): readonly string[];
  refuse(message: string): void;
  fail(message: string): void;
  double(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  unclonable(request: null): void;
  die(code: number): void;
  hang(ms: number): void;
}

const asked: string[] = [];

serveWorker<SumsCalls>(
  {
    add: (values) => {
      asked.push('add');
      return values.reduce((sum, value) => sum + value, 0);
    },
    slowly: async (ms) => {
      const before = [...asked];
      await new Promise((resolve) => setTimeout(resolve, ms));
      asked.push('slowly');
      return before;
    },
    refuse: (message) => {
      throw new UserError(message, { remedy: 'Ask for less.', retryable: true, cause: new Error('the disk') });
    },
    fail: (message) => {
      throw Object.assign(new TypeError(message), { code: 'E_SUM' });
    },
    double: (bytes) => {
      const doubled = bytes.map((byte) => byte * 2);
      return new Handover(doubled, [doubled.buffer]);
    },
    unclonable: () => (() => {}) as never,
    die: (code) => process.exit(code),
    hang: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  },
  () => {},
);
