/**
 * Keeps each sequence of words once and counts its holders; the last release frees it.
 * Record: hash, holders, word count, `extra` words for the owner's use, then the sequence.
 */
import { hashWords } from './hash.js';
import { RefIndex } from './ref-index.js';
import { WordPool } from './word-pool.js';

const HOLDERS = 1;
const LENGTH = 2;
const HEADER = 3;

export class Interner {
  readonly pool = new WordPool();
  private readonly index = new RefIndex(this.pool);
  /** Where the sequence starts within a record. */
  readonly start: number;
  /** Whether the last `intern` made the record; its extra words are then unset. */
  added = false;

  constructor(extra: number) {
    this.start = HEADER + extra;
  }

  get count(): number {
    return this.index.count;
  }

  /** The record of `words[0..length)`, which the caller now holds once more. */
  intern(words: Uint32Array, length: number): number {
    const hash = hashWords(words, 0, length, 0);
    this.index.seek(hash);
    for (let ref = this.index.next(); ref !== 0; ref = this.index.next()) {
      if (!this.equals(ref, hash, words, length)) continue;
      this.pool.pages[ref >>> 10][this.pool.offset(ref) + HOLDERS]++;
      this.added = false;
      return ref;
    }
    const ref = this.pool.allocate(this.start + length);
    const page = this.pool.pages[ref >>> 10];
    const at = this.pool.offset(ref);
    page[at] = hash;
    page[at + HOLDERS] = 1;
    page[at + LENGTH] = length;
    for (let i = 0; i < length; i++) page[at + this.start + i] = words[i];
    this.index.insert(ref);
    this.added = true;
    return ref;
  }

  length(ref: number): number {
    return this.pool.pages[ref >>> 10][this.pool.offset(ref) + LENGTH];
  }

  retain(ref: number): void {
    this.pool.pages[ref >>> 10][this.pool.offset(ref) + HOLDERS]++;
  }

  /** Whether this was the last holder. The record is then still readable; the caller must call `drop`. */
  release(ref: number): boolean {
    return --this.pool.pages[ref >>> 10][this.pool.offset(ref) + HOLDERS] === 0;
  }

  drop(ref: number): void {
    this.index.remove(ref);
    this.pool.free(ref);
  }

  private equals(ref: number, hash: number, words: Uint32Array, length: number): boolean {
    const page = this.pool.pages[ref >>> 10];
    let at = this.pool.offset(ref);
    if (page[at] !== hash || page[at + LENGTH] !== length) return false;
    at += this.start;
    for (let i = 0; i < length; i++) if (page[at + i] !== words[i]) return false;
    return true;
  }
}
