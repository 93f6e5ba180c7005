import { compareByCodePoint } from '../event/code-point-order.ts';
import { textsKeptMax } from './distinct-texts.ts';
import type { DistinctTexts, TextsMode } from './distinct-texts.ts';
import { ManyTexts } from './many-texts.ts';
import { SketchedTexts } from './sketched-texts.ts';

/** None, or two up to 16 texts, sorted by code point; immutable. */
class FewTexts implements DistinctTexts {
  private readonly texts: readonly string[];
  private readonly mode: TextsMode;

  constructor(texts: readonly string[], mode: TextsMode) {
    this.texts = texts;
    this.mode = mode;
  }

  get size(): number {
    return this.texts.length;
  }

  get total(): number {
    return this.texts.length;
  }

  get approximate(): boolean {
    return false;
  }

  values(): readonly string[] {
    return this.texts;
  }

  add(text: string): DistinctTexts {
    const texts = this.texts;
    if (texts.length === 0) return oneText(text, this.mode);
    if (texts.includes(text)) return this;
    const key = text.toLowerCase();
    const kept = texts.findIndex((one) => one.toLowerCase() === key);
    if (kept !== -1) {
      if (compareByCodePoint(texts[kept] as string, text) < 0) return this;
      return new FewTexts(inserted(texts.toSpliced(kept, 1), text), this.mode);
    }
    if (texts.length < textsKeptMax) return new FewTexts(inserted(texts, text), this.mode);
    return this.mode === 'all' ? ManyTexts.of([...texts, text]) : SketchedTexts.of([...texts, text], textsKeptMax);
  }

  merge(other: DistinctTexts): DistinctTexts {
    if (other.size > textsKeptMax || other.approximate) return other.copy().merge(this);
    return other.values().reduce<DistinctTexts>((merged, text) => merged.add(text), this);
  }

  copy(): DistinctTexts {
    return this;
  }
}

/**
 * One text, as most sets hold: without the list, since there may be millions of them. Immutable.
 */
class OneText implements DistinctTexts {
  private readonly text: string;
  private readonly mode: TextsMode;

  constructor(text: string, mode: TextsMode) {
    this.text = text;
    this.mode = mode;
  }

  get size(): number {
    return 1;
  }

  get total(): number {
    return 1;
  }

  get approximate(): boolean {
    return false;
  }

  values(): readonly string[] {
    return [this.text];
  }

  add(text: string): DistinctTexts {
    if (text === this.text) return this;
    const order = compareByCodePoint(text, this.text);
    if (text.toLowerCase() === this.text.toLowerCase()) return order < 0 ? new OneText(text, this.mode) : this;
    return new FewTexts(order < 0 ? [text, this.text] : [this.text, text], this.mode);
  }

  merge(other: DistinctTexts): DistinctTexts {
    return other.size === 0 ? this : other.copy().add(this.text);
  }

  copy(): DistinctTexts {
    return this;
  }
}

/** In its place; `toSpliced` makes arrays without spare room, where spreading and sorting leave 128 bytes of it. */
function inserted(texts: readonly string[], text: string): readonly string[] {
  const after = texts.findIndex((one) => compareByCodePoint(one, text) > 0);
  return texts.toSpliced(after === -1 ? texts.length : after, 0, text);
}

const empty = { all: new FewTexts([], 'all'), bounded: new FewTexts([], 'bounded') } as const;

/**
 * Sets of one text that were made lately. Nearly all clients of a server dial one and the same endpoint: a million of
 * them share its set.
 */
const recent = { all: new Map<string, OneText>(), bounded: new Map<string, OneText>() } as const;
const recentMax = 256;

function oneText(text: string, mode: TextsMode): OneText {
  const sets = recent[mode];
  const known = sets.get(text);
  if (known !== undefined) return known;
  if (sets.size >= recentMax) sets.clear();
  const set = new OneText(text, mode);
  sets.set(text, set);
  return set;
}

export function noTexts(mode: TextsMode): DistinctTexts {
  return empty[mode];
}

export function textsOf(texts: Iterable<string>, mode: TextsMode): DistinctTexts {
  let set = noTexts(mode);
  for (const text of texts) set = set.add(text);
  return set;
}

/**
 * A set as it was stored: its `values`, and whether it had overflowed. Null when no set of this mode could have been
 * stored so.
 */
export function restoredTexts(values: readonly string[], overflowed: boolean, mode: TextsMode): DistinctTexts | null {
  if (values.length === 0 && !overflowed) return noTexts(mode);
  if (overflowed) {
    if (mode === 'all' || values.length !== textsKeptMax) return null;
    if (new Set(values.map((text) => text.toLowerCase())).size !== textsKeptMax) return null;
    return SketchedTexts.of(values, textsKeptMax);
  }
  const set = textsOf(values, mode);
  return set.size === values.length ? set : null;
}
