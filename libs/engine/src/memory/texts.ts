/** Texts that entries share (event types, attribute names and values), each kept once. Equal text, equal number. */
import { Interner } from './interner.js';
import { readText, TextBytes } from './text-bytes.js';

const MAX_DECIMAL = 1e15;
const KNOWN_TEXTS = 61;

export class Texts {
  private readonly interner = new Interner(0);
  private readonly scratch = new TextBytes();
  private key = new Uint32Array(512);
  /** Texts read lately, by slot: the types of events are read over and over. */
  private readonly knownRefs = new Uint32Array(KNOWN_TEXTS);
  private readonly knownTexts: string[] = [];

  get count(): number {
    return this.interner.count;
  }

  get byteLength(): number {
    return this.interner.pool.byteLength;
  }

  /** The number of `text`, which the caller now holds. */
  hold(text: string): number {
    this.scratch.set(text);
    const words = this.scratch.wordCount;
    if (this.key.length < words + 1) this.key = new Uint32Array(words * 2);
    this.key[0] = this.scratch.length;
    for (let i = 0; i < words; i++) this.key[i + 1] = this.scratch.words[i];
    return this.interner.intern(this.key, words + 1);
  }

  retain(ref: number): void {
    this.interner.retain(ref);
  }

  release(ref: number): void {
    if (!this.interner.release(ref)) return;
    const slot = ref % KNOWN_TEXTS;
    if (this.knownRefs[slot] === ref) this.knownRefs[slot] = 0;
    this.interner.drop(ref);
  }

  read(ref: number): string {
    const slot = ref % KNOWN_TEXTS;
    if (this.knownRefs[slot] !== ref) {
      this.knownRefs[slot] = ref;
      this.knownTexts[slot] = readText(this.bytesOf(ref), this.firstByte(ref), this.byteCount(ref));
    }
    return this.knownTexts[slot];
  }

  /** The text as ten-thousandths, or NaN unless it is `-`?digits(`.`digits{1,4})? of magnitude up to 1e11. */
  decimal(ref: number): number {
    const bytes = this.bytesOf(ref);
    let at = this.firstByte(ref);
    const end = at + this.byteCount(ref);
    const negative = at < end && bytes[at] === 0x2d;
    if (negative) at++;
    const whole = digitsEnd(bytes, at, end);
    if (whole === at) return NaN;
    let scaled = 0;
    for (let i = at; i < whole && scaled <= MAX_DECIMAL; i++) scaled = scaled * 10 + (bytes[i] - 0x30);
    let places = 0;
    if (whole < end) {
      if (bytes[whole] !== 0x2e || digitsEnd(bytes, whole + 1, end) !== end) return NaN;
      places = end - whole - 1;
      if (places === 0 || places > 4) return NaN;
    }
    if (scaled > MAX_DECIMAL / 10_000) return NaN;
    for (let i = 0; i < 4; i++) scaled = scaled * 10 + (i < places ? bytes[whole + 1 + i] - 0x30 : 0);
    if (scaled > MAX_DECIMAL) return NaN;
    return negative && scaled !== 0 ? -scaled : scaled;
  }

  private bytesOf(ref: number): Uint8Array {
    const page = this.interner.pool.pages[ref >>> 10];
    return new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
  }

  private byteCount(ref: number): number {
    return this.interner.pool.pages[ref >>> 10][this.interner.pool.offset(ref) + this.interner.start];
  }

  private firstByte(ref: number): number {
    return (this.interner.pool.offset(ref) + this.interner.start + 1) * 4;
  }
}

function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x39) at++;
  return at;
}
