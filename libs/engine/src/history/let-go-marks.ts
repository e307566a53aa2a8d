/**
 * What an account remembers of history that it let go: for each rule the greatest event time, until it expires.
 * A block is its number of marks, then four words for each: rule, time (low), set at (low), both high parts.
 */
import type { WordPool } from '../memory/word-pool.js';
import { ACCOUNT_MARKS, type Accounts } from './accounts.js';

const MARK_WORDS = 4;
const WORD = 4_294_967_296;

export class LetGoMarks {
  constructor(
    private readonly accounts: Accounts,
    private readonly blocks: WordPool,
    private readonly keepMs: number,
  ) {}

  has(account: number): boolean {
    return this.accounts.word(account, ACCOUNT_MARKS) !== 0;
  }

  /** The rule's mark at log time `now`, or -Infinity. */
  get(account: number, ruleIndex: number, now: number): number {
    const at = this.find(account, ruleIndex);
    if (at < 0) return -Infinity;
    const words = this.wordsOf(account);
    return this.isExpired(words, at, now) ? -Infinity : this.time(words, at);
  }

  /** History of the rule up to `time` is let go at log time `now`. */
  raise(account: number, ruleIndex: number, time: number, now: number): void {
    const mark = Math.max(time, this.get(account, ruleIndex, now));
    let at = this.find(account, ruleIndex);
    if (at < 0) at = this.append(account, ruleIndex);
    this.write(this.wordsOf(account), at, ruleIndex, mark, now);
  }

  /** Forgets the marks that have expired at `now`. */
  prune(account: number, now: number): void {
    const block = this.accounts.word(account, ACCOUNT_MARKS);
    if (block === 0) return;
    const words = this.wordsOf(account);
    const start = this.blocks.offset(block);
    const count = words[start];
    let expired = 0;
    for (let i = 0; i < count; i++) if (this.isExpired(words, start + 1 + i * MARK_WORDS, now)) expired++;
    if (expired === 0) return;
    const kept: number[] = [];
    for (let i = 0; i < count; i++) {
      const at = start + 1 + i * MARK_WORDS;
      if (!this.isExpired(words, at, now)) kept.push(...words.subarray(at, at + MARK_WORDS));
    }
    this.blocks.free(block);
    this.store(account, kept);
  }

  private isExpired(words: Uint32Array, at: number, now: number): boolean {
    return now >= this.setAt(words, at) + this.keepMs;
  }

  private store(account: number, marks: readonly number[]): void {
    if (marks.length === 0) return this.accounts.setWord(account, ACCOUNT_MARKS, 0);
    const block = this.blocks.allocate(1 + marks.length);
    const words = this.blocks.pages[block >>> 10];
    const start = this.blocks.offset(block);
    words[start] = marks.length / MARK_WORDS;
    for (let i = 0; i < marks.length; i++) words[start + 1 + i] = marks[i];
    this.accounts.setWord(account, ACCOUNT_MARKS, block);
  }

  private append(account: number, ruleIndex: number): number {
    const block = this.accounts.word(account, ACCOUNT_MARKS);
    const marks: number[] = [];
    if (block !== 0) {
      const words = this.wordsOf(account);
      const start = this.blocks.offset(block);
      for (let i = 0; i < words[start] * MARK_WORDS; i++) marks.push(words[start + 1 + i]);
      this.blocks.free(block);
    }
    marks.push(ruleIndex, 0, 0, 0);
    this.store(account, marks);
    return this.find(account, ruleIndex);
  }

  private find(account: number, ruleIndex: number): number {
    const block = this.accounts.word(account, ACCOUNT_MARKS);
    if (block === 0) return -1;
    const words = this.wordsOf(account);
    const start = this.blocks.offset(block);
    for (let i = 0; i < words[start]; i++) {
      const at = start + 1 + i * MARK_WORDS;
      if (words[at] === ruleIndex) return at;
    }
    return -1;
  }

  private wordsOf(account: number): Uint32Array {
    return this.blocks.pages[this.accounts.word(account, ACCOUNT_MARKS) >>> 10];
  }

  private time(words: Uint32Array, at: number): number {
    return (words[at + 3] & 0xffff) * WORD + words[at + 1];
  }

  private setAt(words: Uint32Array, at: number): number {
    return (words[at + 3] >>> 16) * WORD + words[at + 2];
  }

  private write(words: Uint32Array, at: number, ruleIndex: number, time: number, now: number): void {
    const timeHigh = Math.floor(time / WORD);
    const nowHigh = Math.floor(now / WORD);
    words[at] = ruleIndex;
    words[at + 1] = time - timeHigh * WORD;
    words[at + 2] = now - nowHigh * WORD;
    words[at + 3] = timeHigh | (nowHigh << 16);
  }
}
