/**
 * The texts that many sightings share: nearly all clients of a server dial one and the same endpoint. The first ones to
 * come get a number, as long as there is room; later ones have none, and are kept where they occur.
 */
const commonMax = 10_000;

export class CommonTexts {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  /** The number of a text, or -1: it has none. */
  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length >= commonMax) return -1;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  text(number: number): string {
    return this.#texts[number] as string;
  }
}
