import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runUntilStopped } from '../../../src/runtime/lifecycle.ts';

const posixOnly = { skip: process.platform === 'win32' ? 'Windows has no signals to send' : false };
const program = fileURLToPath(new URL('./stopping-program.ts', import.meta.url));

class Program {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown[]>;
  output = '';

  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, [program, ...args]);
    this.#ended = once(this.#child, 'exit');
    this.#child.stdout.on('data', (text: Buffer) => (this.output += text.toString()));
  }

  async says(line: string): Promise<void> {
    while (!this.output.includes(`${line}\n`)) await once(this.#child.stdout, 'data');
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  endInput(): void {
    this.#child.stdin.end('whatever it says\n');
  }

  async status(): Promise<unknown> {
    return (await this.#ended)[0];
  }
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} stops cleanly, with status ${status}`, posixOnly, async () => {
    const started = new Program('clean');
    await started.says('serving');
    started.send(signal);
    assert.equal(await started.status(), status);
    assert.equal(started.output, 'serving\nstopping\n');
  });
}

test('a stop that surfaces as an AbortError is clean', posixOnly, async () => {
  const started = new Program('abort-error');
  await started.says('serving');
  started.send('SIGTERM');
  assert.equal(await started.status(), 143);
});

test('a second signal ends the process at once', posixOnly, async () => {
  const started = new Program('never');
  await started.says('serving');
  started.send('SIGTERM');
  await started.says('stopping');
  started.send('SIGINT');
  assert.equal(await started.status(), 130);
});

test('a stop that takes too long ends with status 1', posixOnly, async () => {
  const started = new Program('never', 'short');
  await started.says('serving');
  started.send('SIGTERM');
  assert.equal(await started.status(), 1);
  assert.match(started.output, /late/);
});

test('a failure while stopping is a failure', posixOnly, async () => {
  const started = new Program('broken');
  await started.says('serving');
  started.send('SIGTERM');
  assert.equal(await started.status(), 1);
});

test('the end of standard input stops cleanly, with status 0, where it was asked for', async () => {
  const started = new Program('clean', 'input');
  await started.says('serving');
  started.endInput();
  assert.equal(await started.status(), 0);
  assert.equal(started.output, 'serving\nstopping\n');
});

test('the end of standard input means nothing where it was not asked for', posixOnly, async () => {
  const started = new Program('clean');
  started.endInput();
  await started.says('serving');
  started.send('SIGTERM');
  assert.equal(await started.status(), 143);
});

for (const [order, expected] of [
  [['signal', 'end'], 130],
  [['end', 'signal'], 0],
] as const) {
  test(`one signal and one end of input are one wish to stop, not two: ${order.join(', ')}`, async () => {
    const source = new EventEmitter();
    const input = new PassThrough();
    const running = runUntilStopped(
      async (signal) => {
        for (const what of order)
          (what === 'signal' ? source : input).emit(what === 'signal' ? 'SIGINT' : 'end', 'SIGINT');
        assert.ok(signal.aborted);
        return 0;
      },
      { source, input, exit: (status) => assert.fail(`it ends at once, with ${status}`) },
    );
    assert.equal(await running, expected);
  });
}

test('Ctrl+Break, which Windows knows, stops cleanly with status 149', async () => {
  const source = new EventEmitter();
  const running = runUntilStopped(
    async (signal) => {
      source.emit('SIGBREAK', 'SIGBREAK');
      assert.ok(signal.aborted);
      return 0;
    },
    { source },
  );
  assert.equal(await running, 149);
});

test('work that ends by itself ends the process although standard input stays open', async () => {
  const started = new Program('ends', 'input');
  assert.equal(await started.status(), 3);
});

test('work that ends by itself gives its own status and leaves no listener behind', async () => {
  const before = process.listenerCount('SIGTERM');
  assert.equal(await runUntilStopped(async () => 3), 3);
  await assert.rejects(
    runUntilStopped(async () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(process.listenerCount('SIGTERM'), before);
});
