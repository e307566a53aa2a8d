/**
 * Account and event ids in four words. A canonical UUID is its sixteen bytes; a text of up to sixteen UTF-8 bytes
 * is itself, padded with zeros; a longer one lies in a pool, found through (reference, length, two hashes).
 * Words hold bytes most significant first, so that comparing words compares bytes.
 */
import { compareUtf8 } from '#contracts';
import { finish, hashWords, mix } from '../memory/hash.js';
import { readText, TextBytes } from '../memory/text-bytes.js';
import type { WordPool } from '../memory/word-pool.js';

export const ID_WORDS = 4;
const INLINE_BYTES = 16;
/** Forms 1 to 16 are the number of bytes. */
const UUID = 17;
const LONG = 18;

const HEX_VALUE = new Uint8Array(128).fill(255);
for (let i = 0; i < 16; i++) HEX_VALUE['0123456789abcdef'.charCodeAt(i)] = i;
const HEX_UNITS = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const uuidUnits: number[] = new Array<number>(36).fill(0);
const DASH = 0x2d;

const scratch = new TextBytes();

/** One id, taken apart; reused from event to event. */
export class IdCode {
  form = 0;
  hash = 0;
  readonly words = new Uint32Array(ID_WORDS);
  private longBytes = new Uint32Array(32);
  private known: string | null = null;

  /** Long ids are kept in `pool`. */
  constructor(private readonly pool: WordPool) {}

  get text(): string {
    this.known ??= readId(this.words, 0, this.form, this.pool);
    return this.known;
  }

  set(text: string): void {
    this.known = text;
    if (text.length === 36 && this.setUuid(text)) this.form = UUID;
    else if (text.length > INLINE_BYTES || !this.setAscii(text)) this.setText(text);
    this.setHash();
  }

  /** Becomes the id stored at `at`. */
  load(words: Uint32Array, at: number, form: number): void {
    if (form === LONG) return this.set(readId(words, at, form, this.pool));
    for (let i = 0; i < ID_WORDS; i++) this.words[i] = words[at + i];
    this.form = form;
    this.known = null;
    this.setHash();
  }

  private setHash(): void {
    const words = this.words;
    const first = this.form === LONG ? 0 : words[0];
    this.hash = finish(mix(mix(mix(mix(this.form, first), words[1]), words[2]), words[3]));
  }

  /** Whether `at` in `words`, of the given form, holds this id. */
  equals(words: Uint32Array, at: number, form: number): boolean {
    const own = this.words;
    if (form !== this.form || words[at + 3] !== own[3]) return false;
    if (words[at + 2] !== own[2] || words[at + 1] !== own[1]) return false;
    if (form !== LONG) return words[at] === own[0];
    const page = this.pool.pages[words[at] >>> 10];
    const from = this.pool.offset(words[at]);
    for (let i = 0; i < (own[1] + 3) >>> 2; i++) if (page[from + i] !== this.longBytes[i]) return false;
    return true;
  }

  /** Writes the id; a long one takes a block of the pool, which `releaseId` gives back. */
  store(words: Uint32Array, at: number): void {
    for (let i = 0; i < ID_WORDS; i++) words[at + i] = this.words[i];
    if (this.form !== LONG) return;
    const length = (this.words[1] + 3) >>> 2;
    const ref = this.pool.allocate(length);
    words[at] = ref;
    const page = this.pool.pages[ref >>> 10];
    const to = this.pool.offset(ref);
    for (let i = 0; i < length; i++) page[to + i] = this.longBytes[i];
  }

  /** Negative, zero or positive as this id comes before, equals or comes after the stored one, by UTF-8 bytes. */
  compare(words: Uint32Array, at: number, form: number): number {
    if (form === LONG || this.form === LONG || (form === UUID) !== (this.form === UUID))
      return compareUtf8(this.text, readId(words, at, form, this.pool));
    for (let i = 0; i < ID_WORDS; i++) {
      if (this.words[i] !== words[at + i]) return this.words[i] < words[at + i] ? -1 : 1;
    }
    return this.form - form;
  }

  private setUuid(text: string): boolean {
    const words = this.words;
    let at = 0;
    for (let word = 0; word < ID_WORDS; word++) {
      let value = 0;
      for (let digit = 0; digit < 8; digit++) {
        if (at === 8 || at === 13 || at === 18 || at === 23) {
          if (text.charCodeAt(at++) !== DASH) return false;
        }
        const unit = text.charCodeAt(at++);
        const hex = unit < 128 ? HEX_VALUE[unit] : 255;
        if (hex === 255) return false;
        value = (value << 4) | hex;
      }
      words[word] = value;
    }
    return true;
  }

  private setAscii(text: string): boolean {
    const words = this.words;
    const { length } = text;
    let at = 0;
    for (let word = 0; word < ID_WORDS; word++) {
      let value = 0;
      for (let shift = 24; shift >= 0 && at < length; shift -= 8) {
        const unit = text.charCodeAt(at++);
        if (unit > 127) return false;
        value |= unit << shift;
      }
      words[word] = value;
    }
    this.form = length;
    return true;
  }

  private setText(text: string): void {
    scratch.set(text);
    const { bytes, length } = scratch;
    const words = this.words;
    if (length > INLINE_BYTES) return this.setLong(length);
    this.form = length;
    for (let word = 0; word < ID_WORDS; word++) {
      let value = 0;
      for (let i = word * 4; i < word * 4 + 4; i++) value = (value << 8) | (i < length ? bytes[i] : 0);
      words[word] = value;
    }
  }

  private setLong(length: number): void {
    const count = scratch.wordCount;
    if (this.longBytes.length < count) this.longBytes = new Uint32Array(count);
    for (let i = 0; i < count; i++) this.longBytes[i] = scratch.words[i];
    this.form = LONG;
    this.words[0] = 0;
    this.words[1] = length;
    this.words[2] = hashWords(this.longBytes, 0, count, 1);
    this.words[3] = hashWords(this.longBytes, 0, count, 2);
  }
}

/** Whether ids of the form are kept in a pool, and not in their words. */
export function isLongId(form: number): boolean {
  return form === LONG;
}

export function releaseId(words: Uint32Array, at: number, form: number, pool: WordPool): void {
  if (form === LONG) pool.free(words[at]);
}

export function readId(words: Uint32Array, at: number, form: number, pool: WordPool): string {
  if (form === UUID) return readUuid(words, at);
  if (form === LONG) {
    const page = pool.pages[words[at] >>> 10];
    const bytes = new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
    return readText(bytes, pool.offset(words[at]) * 4, words[at + 1]);
  }
  const bytes = new Uint8Array(INLINE_BYTES);
  for (let i = 0; i < INLINE_BYTES; i++) bytes[i] = words[at + (i >>> 2)] >>> (24 - (i & 3) * 8);
  return readText(bytes, 0, form);
}

/** One call makes one flat string; concatenation would make a tree of them. */
function readUuid(words: Uint32Array, at: number): string {
  let to = 0;
  for (let word = 0; word < ID_WORDS; word++) {
    const value = words[at + word];
    for (let shift = 28; shift >= 0; shift -= 4) {
      if (to === 8 || to === 13 || to === 18 || to === 23) uuidUnits[to++] = DASH;
      uuidUnits[to++] = HEX_UNITS[(value >>> shift) & 15];
    }
  }
  return String.fromCharCode.apply(null, uuidUnits);
}
