/**
 * The actors of a shard: one record of twelve words for each account that is remembered, found by its id.
 *
 * | word | holds |
 * |---|---|
 * | 0 | hash of the id |
 * | 1 to 4 | the id |
 * | 5 | block of history, 0 when nothing is held |
 * | 6 | held entries, 26 bits; form of the id, 5 bits (0: the record is free) |
 * | 7, 8 | log time at which the sweep is due, low 32 and high 12 bits |
 * | 9, 10 | neighbours in the timing wheel |
 * | 11 | block of let-go marks, 0 for none |
 */
import { RefIndex } from '../memory/ref-index.js';
import { WordPool } from '../memory/word-pool.js';
import { type IdCode, readId, releaseId } from './id-code.js';

export const ACCOUNT_WORDS = 12;
export const ACCOUNT_ID = 1;
export const ACCOUNT_BLOCK = 5;
export const ACCOUNT_META = 6;
export const ACCOUNT_DUE = 7;
export const ACCOUNT_NEXT = 9;
export const ACCOUNT_PREVIOUS = 10;
export const ACCOUNT_MARKS = 11;

export const MAX_ENTRIES = 2 ** 26;

export class Accounts {
  readonly pool = new WordPool();
  private readonly index = new RefIndex(this.pool);

  /** Long ids are kept in `blocks`. */
  constructor(private readonly blocks: WordPool) {}

  get count(): number {
    return this.index.count;
  }

  /** The account's record, or 0. */
  find(id: IdCode): number {
    this.index.seek(id.hash);
    for (let ref = this.index.next(); ref !== 0; ref = this.index.next()) {
      const page = this.pool.pages[ref >>> 10];
      const at = this.pool.offset(ref);
      if (page[at] !== id.hash) continue;
      if (id.equals(page, at + ACCOUNT_ID, page[at + ACCOUNT_META] >>> 26)) return ref;
    }
    return 0;
  }

  add(id: IdCode): number {
    const ref = this.pool.allocate(ACCOUNT_WORDS);
    const page = this.pool.pages[ref >>> 10];
    const at = this.pool.offset(ref);
    page.fill(0, at, at + ACCOUNT_WORDS);
    page[at] = id.hash;
    id.store(page, at + ACCOUNT_ID);
    page[at + ACCOUNT_META] = id.form << 26;
    this.index.insert(ref);
    return ref;
  }

  /** Forgets an account that holds nothing and is in no wheel. */
  remove(ref: number): void {
    const page = this.pool.pages[ref >>> 10];
    const at = this.pool.offset(ref);
    this.index.remove(ref);
    releaseId(page, at + ACCOUNT_ID, page[at + ACCOUNT_META] >>> 26, this.blocks);
    page[at + ACCOUNT_META] = 0;
    this.pool.free(ref);
  }

  id(ref: number): string {
    const page = this.pool.pages[ref >>> 10];
    const at = this.pool.offset(ref);
    return readId(page, at + ACCOUNT_ID, page[at + ACCOUNT_META] >>> 26, this.blocks);
  }

  entries(ref: number): number {
    return this.word(ref, ACCOUNT_META) & (MAX_ENTRIES - 1);
  }

  word(ref: number, word: number): number {
    return this.pool.pages[ref >>> 10][this.pool.offset(ref) + word];
  }

  setWord(ref: number, word: number, value: number): void {
    this.pool.pages[ref >>> 10][this.pool.offset(ref) + word] = value;
  }

  /** The accounts of one page of records, of which there are `pool.pageCount`. */
  onPage(page: number): number[] {
    const found: number[] = [];
    const words = this.pool.pages[page];
    for (let slot = 0; slot < this.pool.usedSlots(page); slot++) {
      if (words[slot * ACCOUNT_WORDS + ACCOUNT_META] >>> 26 !== 0) found.push(page * 1024 + slot);
    }
    return found;
  }
}
