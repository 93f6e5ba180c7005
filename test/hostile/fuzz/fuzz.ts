/**
 * The search: inputs are bred from those that ran something new, and checked. What breaks a promise is made smaller
 * while it still breaks it, since a short input says more.
 */
import * as fc from 'fast-check';
import { seeded } from '../../processes/random.ts';
import { Coverage } from './coverage.ts';
import { inputBytesMax, mutate } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

export interface Finding {
  readonly input: Buffer;
  readonly error: unknown;
}

export interface Search {
  readonly runs: number;
  /** Inputs worth breeding from, and pieces of code that they ran. */
  readonly kept: number;
  readonly pieces: number;
  readonly slowestMs: number;
  readonly slowest: Buffer;
  readonly findings: readonly Finding[];
}

export interface SearchOptions {
  readonly seed: number;
  /** Asked before each round of inputs, with the number that were tried. */
  readonly goesOn: (runs: number) => boolean;
  readonly findingsMax?: number;
}

const roundLength = 32;
const keptMax = 2000;
/** One round in so many is made by the target's grammar, the others by damage. */
const grownEvery = 4;

function failureOf(target: FuzzTarget, input: Buffer): unknown {
  try {
    target.check(input);
    return null;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  }
}

export function search(target: FuzzTarget, { seed, goesOn, findingsMax = 5 }: SearchOptions): Search {
  using coverage = new Coverage();
  const random = seeded(seed);
  const pool: Buffer[] = target.seeds().map((input) => Buffer.from(input.subarray(0, inputBytesMax)));
  const findings: Finding[] = [];
  const told = new Set<string>();
  let runs = 0;
  let slowestMs = 0;
  let slowest: Buffer = Buffer.alloc(0);
  const attempt = (input: Buffer): void => {
    const start = performance.now();
    const error = failureOf(target, input);
    const ms = performance.now() - start;
    if (ms > slowestMs) [slowestMs, slowest] = [ms, input];
    runs++;
    if (error === null) return;
    const place = placeOf(error);
    if (told.has(place)) return;
    told.add(place);
    findings.push({ input: smaller(target, input, place), error });
  };
  for (const input of pool) attempt(input);
  const seen = coverage.take();
  while (findings.length < findingsMax && goesOn(runs)) {
    const grown = random.below(grownEvery) === 0 ? sample(target, random.below(2 ** 31)) : [];
    const round =
      grown.length > 0
        ? grown
        : Array.from({ length: roundLength }, () => mutate(random.pick(pool), random, target.words, random.pick(pool)));
    for (const input of round) attempt(input);
    const fresh = new Set([...coverage.take()].filter((piece) => !seen.has(piece)));
    for (const piece of fresh) seen.add(piece);
    // Which inputs it was shows when they run once more, one by one.
    for (const input of fresh.size === 0 ? [] : round) {
      failureOf(target, input);
      const before = fresh.size;
      for (const piece of coverage.take()) fresh.delete(piece);
      if (fresh.size === before) continue;
      if (pool.length < keptMax) pool.push(input);
      else pool[random.below(pool.length)] = input;
      if (fresh.size === 0) break;
    }
  }
  return { runs, kept: pool.length, pieces: seen.size, slowestMs, slowest, findings };
}

function sample({ grammar }: FuzzTarget, seed: number): Buffer[] {
  if (grammar === undefined) return [];
  return fc.sample(grammar, { seed, numRuns: roundLength }).map((text) => Buffer.from(text).subarray(0, inputBytesMax));
}

/** Where it was thrown: one cause, one finding. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const at = /\n\s+at .*?(?:src|targets)\/.*/.exec(error.stack ?? '')?.[0] ?? error.message;
  return `${error.name} ${at.trim()}`;
}

/** The input without the pieces that do not matter for the failure; a bounded number of tries. */
function smaller(target: FuzzTarget, input: Buffer, place: string): Buffer {
  let best = input;
  let tries = 2000;
  for (let size = Math.ceil(best.length / 2); size >= 1 && tries > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length && tries > 0; tries--) {
      const candidate = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      const error = failureOf(target, candidate);
      if (error !== null && placeOf(error) === place) best = candidate;
      else at += size;
    }
  }
  return best;
}
