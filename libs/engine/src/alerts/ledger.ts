/**
 * The alerts of identities that actors still hold: whether each stands, its revision, and the details of its
 * raising, which a retraction repeats. A record is one (rule, group, identity).
 *
 * | word | holds |
 * |---|---|
 * | 0 | hash of the identity |
 * | 1 | account |
 * | 2 | event time, low 32 bits |
 * | 3 | event time, high 12 bits; form of the event id, 5 bits; whether the alert stands, 1 bit |
 * | 4 to 7 | event id |
 * | 8 | uid of the version that judges |
 * | 9 | revision |
 * | 10 | the group's values, a text; 0 for the account alone |
 * | 11 | block of details |
 *
 * Details: the full number of contributing events, the number of items kept, these, then the facts.
 */
import { type IdCode, releaseId } from '../history/id-code.js';
import { finish, mix } from '../memory/hash.js';
import { RefIndex } from '../memory/ref-index.js';
import type { Texts } from '../memory/texts.js';
import { WordPool } from '../memory/word-pool.js';
import type { EvidenceItems } from './evidence-items.js';

const RECORD_WORDS = 12;
const WORD = 4_294_967_296;
const STANDS = 1 << 17;
const DETAILS_HEAD = 2;

export class Ledger {
  readonly pool = new WordPool();
  private readonly index = new RefIndex(this.pool);
  private readonly found: number[] = [];

  constructor(
    private readonly items: EvidenceItems,
    private readonly texts: Texts,
    /** Where long ids are kept. */
    private readonly blocks: WordPool,
  ) {}

  get count(): number {
    return this.index.count;
  }

  get byteLength(): number {
    return this.pool.byteLength + this.items.byteLength;
  }

  /** The records of an identity; valid until the next call. */
  of(account: number, time: number, id: IdCode): readonly number[] {
    const hash = identityHash(account, time, id);
    this.found.length = 0;
    this.index.seek(hash);
    for (let ref = this.index.next(); ref !== 0; ref = this.index.next()) {
      const words = this.pool.pages[ref >>> 10];
      const at = this.pool.offset(ref);
      if (words[at] !== hash || words[at + 1] !== account) continue;
      if ((words[at + 3] & 0xfff) * WORD + words[at + 2] !== time) continue;
      if (id.equals(words, at + 4, (words[at + 3] >>> 12) & 31)) this.found.push(ref);
    }
    return this.found;
  }

  /** A record that does not stand yet; takes over the caller's hold of `group`. */
  add(account: number, time: number, id: IdCode, uid: number, group: number): number {
    const ref = this.pool.allocate(RECORD_WORDS);
    const words = this.pool.pages[ref >>> 10];
    const at = this.pool.offset(ref);
    const high = Math.floor(time / WORD);
    words[at] = identityHash(account, time, id);
    words[at + 1] = account;
    words[at + 2] = time - high * WORD;
    words[at + 3] = high | (id.form << 12);
    id.store(words, at + 4);
    words[at + 8] = uid;
    words[at + 9] = 0;
    words[at + 10] = group;
    words[at + 11] = 0;
    this.index.insert(ref);
    return ref;
  }

  stands(ref: number): boolean {
    return (this.word(ref, 3) & STANDS) !== 0;
  }

  /** Uid of the version that judges. */
  uid(ref: number): number {
    return this.word(ref, 8);
  }

  revision(ref: number): number {
    return this.word(ref, 9);
  }

  group(ref: number): number {
    return this.word(ref, 10);
  }

  /** The alert comes to hold, with a revision more; returns where in `pool` its `facts` words are to be written. */
  raise(ref: number, evidenceCount: number, items: readonly number[], facts: number): number {
    this.freeDetails(ref);
    const block = this.pool.allocate(DETAILS_HEAD + items.length + facts);
    this.setWord(ref, 3, this.word(ref, 3) | STANDS);
    this.setWord(ref, 9, this.word(ref, 9) + 1);
    this.setWord(ref, 11, block);
    this.setWord(block, 0, evidenceCount);
    this.setWord(block, 1, items.length);
    for (let i = 0; i < items.length; i++) this.setWord(block, DETAILS_HEAD + i, items[i]);
    return this.factsAt(ref);
  }

  retract(ref: number): void {
    this.setWord(ref, 3, this.word(ref, 3) & ~STANDS);
  }

  evidenceCount(ref: number): number {
    return this.word(this.word(ref, 11), 0);
  }

  evidenceItems(ref: number): number[] {
    const block = this.word(ref, 11);
    return Array.from({ length: this.word(block, 1) }, (_, i) => this.word(block, DETAILS_HEAD + i));
  }

  /** The page that holds the facts, and where they start in it. */
  factsPage(ref: number): Uint32Array {
    return this.pool.pages[this.word(ref, 11) >>> 10];
  }

  factsAt(ref: number): number {
    const block = this.word(ref, 11);
    return this.pool.offset(block) + DETAILS_HEAD + this.word(block, 1);
  }

  /** The identity is no longer held: its alerts stay as they are, and are forgotten here. */
  forget(account: number, time: number, id: IdCode): void {
    for (const ref of this.of(account, time, id)) {
      const words = this.pool.pages[ref >>> 10];
      const at = this.pool.offset(ref);
      releaseId(words, at + 4, (words[at + 3] >>> 12) & 31, this.blocks);
      if (words[at + 10] !== 0) this.texts.release(words[at + 10]);
      this.freeDetails(ref);
      this.index.remove(ref);
      this.pool.free(ref);
    }
  }

  private freeDetails(ref: number): void {
    const block = this.word(ref, 11);
    if (block === 0) return;
    for (const item of this.evidenceItems(ref)) this.items.release(item);
    this.pool.free(block);
    this.setWord(ref, 11, 0);
  }

  private word(ref: number, word: number): number {
    return this.pool.pages[ref >>> 10][this.pool.offset(ref) + word];
  }

  private setWord(ref: number, word: number, value: number): void {
    this.pool.pages[ref >>> 10][this.pool.offset(ref) + word] = value;
  }
}

function identityHash(account: number, time: number, id: IdCode): number {
  return finish(mix(mix(mix(id.hash, account), time % WORD), Math.floor(time / WORD)));
}
