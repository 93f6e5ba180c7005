/** What a test needs besides npm: used where it is; skipped loudly where it is missing; a failure under CI=true. */
import type { TestContext } from 'node:test';
import { after } from 'node:test';
import { type TestBroker, testBroker } from './broker/test-broker.ts';

export function missing(t: TestContext, what: string): void {
  if (process.env['CI'] === 'true') throw new Error(`missing under CI=true: ${what}`);
  console.error(`# SKIPPED "${t.name}": ${what}`);
  t.skip(what);
}

let shared: Promise<TestBroker | string> | null = null;

/** The broker of this test file, started at its first use and stopped after the file's last test; null = skipped. */
export async function requireBroker(t: TestContext): Promise<TestBroker | null> {
  shared ??= testBroker();
  const broker = await shared;
  if (typeof broker === 'string') {
    missing(t, broker);
    return null;
  }
  return broker;
}

after(async () => {
  const broker = await shared;
  if (broker !== null && typeof broker !== 'string') await broker[Symbol.asyncDispose]();
});
