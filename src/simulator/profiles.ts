/** How devices behave: one life each, made of the parts of `session.ts`. Data of a device: `device.ts`. */
import type { DevicePlan } from './device.ts';
import type { ProfileName } from './profile-name.ts';
import type { Random } from './random.ts';
import { refusals } from './refusals.ts';
import type { Life } from './schedule.ts';
import type { Connection } from './service.ts';
import {
  beRefused,
  beRefusedAtUser,
  capabilities,
  close,
  leave,
  listMechanisms,
  logIn,
  open,
  work,
} from './session.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** What a life may see and do. */
export interface Stage {
  readonly plan: DevicePlan;
  readonly random: Random;
  /** Connects to the server that the device dials now; one client port a connection. */
  readonly connect: () => Connection;
  /** Whether the device dials another server now than `connection` leads to, or has been switched off. */
  readonly hasLeft: (connection: Connection) => boolean;
  /** The next of the device's spellings. */
  readonly user: () => string;
}

interface Profile {
  /** Default time between two sessions. */
  readonly periodMs: number;
  readonly session: (stage: Stage) => Life;
}

/** Polls a mailbox, as scanners and ticket systems do. */
function* poll({ connect, random, user }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  if (random.chance(0.7)) yield* capabilities(connection, random);
  yield* logIn(connection, random, user());
  yield* work(connection, random);
  yield* leave(connection, random);
}

/** Stays connected for hours; a `proxy` row comes only now and then; the end is often not logged. */
function* idle({ connect, random, user, hasLeft }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  yield* capabilities(connection, random);
  yield* logIn(connection, random, user());
  const turns = random.integer(4, 20);
  for (let turn = 0; turn < turns && connection.alive && !hasLeft(connection); turn += 1) {
    yield random.chance(0.5)
      ? random.integer(30 * secondMs, 3 * minuteMs)
      : random.integer(20 * minuteMs, 29 * minuteMs);
    yield* work(connection, random);
  }
  if (random.chance(0.5)) close(connection, random);
}

/** Holds its session as `idle` does, but mail comes in all the time: a row at least every minute. */
function* busy({ connect, random, user, hasLeft }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  yield* logIn(connection, random, user());
  for (let turn = 0; turn < 40 && connection.alive && !hasLeft(connection); turn += 1) {
    yield random.integer(30 * secondMs, minuteMs);
    yield* work(connection, random);
  }
  close(connection, random);
}

/** A script with a wrong password: every attempt fails, in one of the ways there are. */
function* fail({ connect, random, user, plan }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  const attempts = random.integer(1, 3);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    yield* beRefused(connection, random, user(), random.pick(refusals(plan.protocol)));
  }
  if (random.chance(0.8)) close(connection, random);
}

/** Somebody who mistypes first. */
function* mistype({ connect, random, user, plan }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  if (random.chance(0.5)) yield* beRefused(connection, random, user(), random.pick(refusals(plan.protocol)));
  yield* logIn(connection, random, user());
  yield* work(connection, random);
  yield* leave(connection, random);
}

/** POP3 on 110 without TLS, where the server refuses plain text: it never comes as far as a password. */
function* plainText({ connect, random, user }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  yield* beRefusedAtUser(connection, random, user());
  close(connection, random);
}

/** Asks what it could do, and does nothing. */
function* listing({ connect, random }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  yield* capabilities(connection, random);
  yield* listMechanisms(connection, random);
  if (random.chance(0.6)) yield* leave(connection, random);
}

/** The old copier whose TLS fails: one lone OpenSession row. */
function* openOnly({ connect, random }: Stage): Life {
  yield* open(connect(), random);
}

/** A load balancer that knocks. */
function* knock({ connect, random }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  if (random.chance(0.5)) close(connection, random);
}

/** Exchange's own health probe: a health mailbox logs in, or nobody does. */
function* probe({ connect, random, user }: Stage): Life {
  const connection = connect();
  yield* open(connection, random);
  yield* capabilities(connection, random);
  if (random.chance(0.5)) {
    yield* logIn(connection, random, user());
    yield* work(connection, random);
  }
  yield* leave(connection, random);
}

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  poll: { periodMs: 5 * minuteMs, session: poll },
  idle: { periodMs: minuteMs, session: idle },
  busy: { periodMs: 10 * secondMs, session: busy },
  fail: { periodMs: 4 * minuteMs, session: fail },
  mistype: { periodMs: 7 * minuteMs, session: mistype },
  plainText: { periodMs: 6 * minuteMs, session: plainText },
  listing: { periodMs: 10 * minuteMs, session: listing },
  openOnly: { periodMs: 3 * minuteMs, session: openOnly },
  knock: { periodMs: 30 * secondMs, session: knock },
  probe: { periodMs: minuteMs, session: probe },
};
