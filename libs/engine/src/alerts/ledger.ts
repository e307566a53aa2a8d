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
 * | 8 | number of the rule |
 * | 9 | uid of the version that raised it last |
 * | 10 | revision |
 * | 11, 12 | details: block and bytes |
 */
import { type IdCode, readId, releaseId } from '../history/id-code.js';
import { finish, mix } from '../memory/hash.js';
import { RefIndex } from '../memory/ref-index.js';
import { readText, TextBytes } from '../memory/text-bytes.js';
import { WordPool } from '../memory/word-pool.js';
import type { AlertDetails } from './alert-details.js';
import { detailsFromText, detailsToText } from './alert-details.js';

const RECORD_WORDS = 13;
const WORD = 4_294_967_296;
const STANDS = 1 << 17;

export class Ledger {
  private readonly pool = new WordPool();
  private readonly index = new RefIndex(this.pool);
  private readonly scratch = new TextBytes();
  private readonly found: number[] = [];

  /** Long ids are kept in `blocks`. */
  constructor(private readonly blocks: WordPool) {}

  get count(): number {
    return this.index.count;
  }

  get byteLength(): number {
    return this.pool.byteLength;
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

  add(account: number, time: number, id: IdCode, ruleIndex: number): number {
    const ref = this.pool.allocate(RECORD_WORDS);
    const words = this.pool.pages[ref >>> 10];
    const at = this.pool.offset(ref);
    const high = Math.floor(time / WORD);
    words.fill(0, at, at + RECORD_WORDS);
    words[at] = identityHash(account, time, id);
    words[at + 1] = account;
    words[at + 2] = time - high * WORD;
    words[at + 3] = high | (id.form << 12);
    id.store(words, at + 4);
    words[at + 8] = ruleIndex;
    this.index.insert(ref);
    return ref;
  }

  stands(ref: number): boolean {
    return (this.word(ref, 3) & STANDS) !== 0;
  }

  ruleIndex(ref: number): number {
    return this.word(ref, 8);
  }

  /** Uid of the version that raised it last. */
  raisedBy(ref: number): number {
    return this.word(ref, 9);
  }

  revision(ref: number): number {
    return this.word(ref, 10);
  }

  details(ref: number): AlertDetails {
    const block = this.word(ref, 11);
    const page = this.pool.pages[block >>> 10];
    const bytes = new Uint8Array(page.buffer, page.byteOffset, page.byteLength);
    return detailsFromText(readText(bytes, this.pool.offset(block) * 4, this.word(ref, 12)));
  }

  /** The alert comes to hold; returns its revision. */
  raise(ref: number, uid: number, details: AlertDetails): number {
    this.freeDetails(ref);
    this.scratch.set(detailsToText(details));
    const length = this.scratch.wordCount;
    const block = this.pool.allocate(length);
    const page = this.pool.pages[block >>> 10];
    const from = this.pool.offset(block);
    for (let i = 0; i < length; i++) page[from + i] = this.scratch.words[i];
    this.setWord(ref, 3, this.word(ref, 3) | STANDS);
    this.setWord(ref, 9, uid);
    this.setWord(ref, 10, this.word(ref, 10) + 1);
    this.setWord(ref, 11, block);
    this.setWord(ref, 12, this.scratch.length);
    return this.word(ref, 10);
  }

  retract(ref: number): void {
    this.setWord(ref, 3, this.word(ref, 3) & ~STANDS);
  }

  /** The identity is no longer held: its alerts stay as they are, and are forgotten here. */
  forget(account: number, time: number, id: IdCode): void {
    for (const ref of this.of(account, time, id)) {
      const words = this.pool.pages[ref >>> 10];
      const at = this.pool.offset(ref);
      releaseId(words, at + 4, (words[at + 3] >>> 12) & 31, this.blocks);
      this.freeDetails(ref);
      this.index.remove(ref);
      this.pool.free(ref);
    }
  }

  /** For messages about the ledger itself. */
  eventId(ref: number): string {
    const words = this.pool.pages[ref >>> 10];
    const at = this.pool.offset(ref);
    return readId(words, at + 4, (words[at + 3] >>> 12) & 31, this.blocks);
  }

  private freeDetails(ref: number): void {
    const block = this.word(ref, 11);
    if (block !== 0) this.pool.free(block);
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
