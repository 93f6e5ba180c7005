/** A life that is lived in steps: each step yields the milliseconds of story time until the next. */
export type Life = Generator<number, void, void>;

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly life: Life;
}

/** Runs many lives in the order of their due times; lives due at the same time go in the order they were put in. */
export class Schedule {
  readonly #heap: Due[] = [];
  #order = 0;

  add(atMs: number, life: Life): void {
    const due = { atMs, order: this.#order, life };
    this.#order += 1;
    this.#heap.push(due);
    this.#rise(this.#heap.length - 1);
  }

  /** Runs every step that is due at or before `untilMs`; `at` hears the time of each step first. */
  runUntil(untilMs: number, at: (timeMs: number) => void): void {
    for (let due = this.#heap[0]; due !== undefined && due.atMs <= untilMs; due = this.#heap[0]) {
      this.#removeFirst();
      at(due.atMs);
      const step = due.life.next();
      if (step.done !== true) this.add(due.atMs + Math.max(0, step.value), due.life);
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let place = 0;
    for (;;) {
      let least = place;
      for (const child of [2 * place + 1, 2 * place + 2]) if (this.#before(child, least)) least = child;
      if (least === place) return;
      this.#swap(place, least);
      place = least;
    }
  }

  #rise(from: number): void {
    for (let place = from; place > 0;) {
      const parent = (place - 1) >> 1;
      if (!this.#before(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #before(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return false;
    return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
  }

  #swap(one: number, other: number): void {
    const kept = this.#heap[one] as Due;
    this.#heap[one] = this.#heap[other] as Due;
    this.#heap[other] = kept;
  }
}
