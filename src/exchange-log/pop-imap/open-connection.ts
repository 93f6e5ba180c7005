import { laterFailure } from '../../event/later-failure.ts';
import { type GrowingEvent, addText, isFullFor } from '../growing-event.ts';
import type { LocalValue, UserValue } from '../reader-caches.ts';
import type { Verdict } from './verdict.ts';

/** An event that grows row by row. */
export class OpenConnection {
  readonly event: GrowingEvent;
  readonly local: LocalValue;
  /** Loopback, or the server's own address: Exchange's own probes come from there. */
  readonly isLocal: boolean;
  /** The `user` field of the row before, which mostly is that of the next one too. */
  userStart = 0;
  userEnd = 0;
  user: UserValue | undefined = undefined;

  constructor(event: GrowingEvent, local: LocalValue, isLocal: boolean) {
    this.event = event;
    this.local = local;
    this.isLocal = isLocal;
  }

  addBytes(received: number, sent: number): void {
    this.event.bytesReceived = Math.min(this.event.bytesReceived + received, Number.MAX_SAFE_INTEGER);
    this.event.bytesSent = Math.min(this.event.bytesSent + sent, Number.MAX_SAFE_INTEGER);
  }

  /** Whether the event has no room for one user more. */
  isFullFor(user: string | null): boolean {
    return isFullFor(this.event.users, user);
  }

  /** @param start where the user's bytes stand in the slice */
  addUser(user: UserValue, start: number, end: number): void {
    if (user === this.user || user.kind === 'blank') {
      return;
    }
    this.user = user;
    this.userStart = start;
    this.userEnd = end;
    if (user.kind === 'user') {
      this.event.hasUser = true;
      addText(this.event.users, user.name);
    }
  }

  addVerdict(verdict: Verdict, time: number): void {
    if (verdict === 'succeeded') {
      this.event.loginsSucceeded++;
    } else if (verdict !== 'none') {
      this.event.loginsFailed++;
      this.event.failure = laterFailure(this.event.failure, { at: time, reason: verdict.reason });
    }
  }
}
