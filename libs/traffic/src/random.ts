/** A seeded source of pseudo-random numbers (sfc32): the same seed gives the same traffic on every machine. */
export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed: ${seed} is not an integer`);
    this.a = seed >>> 0;
    this.b = Math.floor(seed / 0x1_0000_0000) >>> 0;
    this.c = 0x9e3779b9;
    // Seeds that differ in few bits begin alike; a few rounds set them apart.
    for (let round = 0; round < 16; round++) this.uint32();
  }

  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** In [0, 1), with 32 bits. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** True with the given probability. */
  chance(share: number): boolean {
    return share > 0 && this.fraction() < share;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** A version 4 UUID in lower case. */
  uuid(): string {
    const first = hex32(this.uint32());
    const second = hex32(((this.uint32() & 0xffff0fff) | 0x00004000) >>> 0);
    const third = hex32(((this.uint32() & 0x3fffffff) | 0x80000000) >>> 0);
    const fourth = hex32(this.uint32());
    return `${first}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${fourth}`;
  }
}

const BYTE_HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex32(value: number): string {
  return (
    BYTE_HEX[value >>> 24] +
    BYTE_HEX[(value >>> 16) & 255] +
    BYTE_HEX[(value >>> 8) & 255] +
    BYTE_HEX[value & 255]
  );
}
