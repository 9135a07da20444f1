// A generator of numbers that a seed determines (mulberry32), so that a run can be repeated act by act.
export class Random {
  #state;

  /** @param words the seed, and what tells the generators of one seed apart */
  constructor(...words) {
    this.#state = words.reduce((sum, word) => Math.imul(sum ^ word, 0x9e3779b1) + 0x7f4a7c15 | 0, 0x2545f491);
  }

  /** @returns a number from 0 on, below 1 */
  next() {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  }

  between(low, high) {
    return low + this.next() * (high - low);
  }

  pick(choices) {
    return choices[Math.floor(this.next() * choices.length)];
  }

  shuffle(choices) {
    const left = [...choices], shuffled = [];
    while (left.length) shuffled.push(...left.splice(Math.floor(this.next() * left.length), 1));
    return shuffled;
  }
}
