import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ConnectionEvent } from '../../src/event/connection-event.ts';
import type { Bookkeeping, LaneDelivery, Slice } from '../../src/delivery/delivery.ts';
import type { AgentState } from '../../src/delivery/records.ts';
import { revivedError } from '../../src/runtime/worker/carried-error.ts';
import type { AskedDelivery } from './delivery.ts';
import type { Answered, Asked, Question } from './delivery-messages.ts';
import type { Counted } from './expected.ts';

/** A delivery in a process of its own, which can be killed. The child runs `serveDelivery`. */
export class DeliveryProcess implements AskedDelivery {
  readonly state: AgentState;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #pending = new Map<number, { resolve: (answer: never) => void; reject: (error: unknown) => void }>();
  #last = 0;

  private constructor(child: ChildProcess, state: AgentState, exited: Promise<unknown>) {
    this.#child = child;
    this.state = state;
    this.#exited = exited;
    child.on('message', (message: Answered) => this.#settle(message));
    child.on('exit', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the process is gone'));
      this.#pending.clear();
    });
  }

  /** Rejects with what opening threw. */
  static async start(program: string, args: readonly string[]): Promise<DeliveryProcess> {
    const child = fork(program, args, { serialization: 'advanced' });
    const exited = once(child, 'exit');
    const first = await Promise.race([once(child, 'message'), exited.then(() => null)]);
    const message = first === null ? null : (first[0] as Answered);
    if (message !== null && 'opened' in message) return new DeliveryProcess(child, message.opened, exited);
    await exited;
    throw message !== null && 'refused' in message
      ? revivedError(message.refused)
      : new Error('the process ended before it had opened its delivery');
  }

  deliver(slice: Slice, events: readonly ConnectionEvent[]): Promise<void> {
    return this.#ask({ ask: 'deliver', slice, events });
  }

  record(change: Bookkeeping): Promise<void> {
    return this.#ask({ ask: 'record', change });
  }

  lane(id: string): Promise<LaneDelivery> {
    return this.#ask({ ask: 'lane', id });
  }

  drain(deadlineMs: number): Promise<void> {
    return this.#ask({ ask: 'drain', deadlineMs });
  }

  counted(): Promise<Counted> {
    return this.#ask({ ask: 'counted' });
  }

  /** Closes the delivery; the process stays, and refuses, until its place goes. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#ask({ ask: 'close' });
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #ask<Answer>(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const number = ++this.#last;
      this.#pending.set(number, { resolve, reject });
      this.#child.send({ ...question, number } satisfies Asked, (error) => {
        if (error !== null && this.#pending.delete(number)) reject(error);
      });
    });
  }

  #settle(message: Answered): void {
    if (!('number' in message)) return;
    const pending = this.#pending.get(message.number);
    this.#pending.delete(message.number);
    if ('failure' in message) pending?.reject(revivedError(message.failure));
    else pending?.resolve(message.answer as never);
  }
}
