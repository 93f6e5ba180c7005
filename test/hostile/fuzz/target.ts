import type * as fc from 'fast-check';

/** One way into the program for bytes that somebody else wrote. */
export interface FuzzTarget {
  /** Also the name of its folder of fixtures. */
  readonly name: string;
  /** Ordinary inputs, from which others are bred. */
  seeds(): readonly Buffer[];
  /** Inputs that are nearly right. */
  readonly grammar?: fc.Arbitrary<string>;
  /** What is worth putting in somewhere. */
  readonly words: readonly string[];
  /** Throws when a promise of the code under test does not hold for the input; refusals that it promises are fine. */
  check(input: Buffer): void;
}
