/**
 * A window onto one account's held events, in order: by time, log-outs first, event id by bytes, place in the log.
 * It owns the layout of blocks; who sees an entry and what follows from it is for others.
 *
 * Invariants:
 * 1. A block is `capacity` entries; one of more than `WIDE` entries has one more in front, whose first word says
 *    how many entries at its start are empty, so that letting the oldest go does not move the rest.
 * 2. After any change the account's record agrees with the window: block and number of entries.
 * 3. Each entry holds its content and its audience once, and its id.
 */
import { LOG_OUT } from '#contracts';
import type { Texts } from '../memory/texts.js';
import type { WordPool } from '../memory/word-pool.js';
import type { Audiences, View } from '../rules/audiences.js';
import type { Program } from '../rules/program.js';
import { ACCOUNT_BLOCK, ACCOUNT_META, type Accounts, MAX_ENTRIES } from './accounts.js';
import type { Contents } from './contents.js';
import { ViewCache } from './view-cache.js';
import {
  ENTRY_ID,
  ENTRY_WORDS,
  entryAudience,
  entryContent,
  entryIdForm,
  entryTime,
  setEntryAudience,
  writeEntry,
} from './entry.js';
import { type IdCode, readId, releaseId } from './id-code.js';

const WIDE = 256;
/** From so many words on a call that copies is cheaper than a loop. */
const LONG_COPY = 100;
/** Blocks up to this capacity fit exactly; larger ones come in steps of an eighth to a quarter. */
const EXACT = 10;

function roomFor(entries: number): number {
  if (entries <= EXACT) return entries;
  const step = 2 ** (Math.floor(Math.log2(entries)) - 2);
  return Math.ceil(entries / step) * step;
}

export class History {
  /** The account looked at. */
  account = 0;
  count = 0;
  words: Uint32Array = new Uint32Array(0);
  /** Where entry 0 starts. */
  base = 0;
  private block = 0;
  private capacity = 0;
  private skipped = 0;
  private readonly logOut: number;
  private readonly knownViews = new ViewCache();
  /** Entries held in all accounts. */
  total = 0;

  constructor(
    readonly blocks: WordPool,
    private readonly accounts: Accounts,
    readonly contents: Contents,
    readonly audiences: Audiences,
    private program: Program,
    texts: Texts,
  ) {
    this.logOut = texts.hold(LOG_OUT);
  }

  /** The rules have changed: what was remembered of views is void. */
  renew(program: Program): void {
    this.program = program;
    this.knownViews.clear();
  }

  open(account: number): void {
    this.account = account;
    this.count = this.accounts.entries(account);
    this.look(this.accounts.word(account, ACCOUNT_BLOCK));
  }

  at(index: number): number {
    return this.base + index * ENTRY_WORDS;
  }

  time(index: number): number {
    return entryTime(this.words, this.base + index * ENTRY_WORDS);
  }

  content(index: number): number {
    return entryContent(this.words, this.base + index * ENTRY_WORDS);
  }

  audience(index: number): number {
    return entryAudience(this.words, this.base + index * ENTRY_WORDS);
  }

  eventId(index: number): string {
    const at = this.at(index);
    return readId(this.words, at + ENTRY_ID, entryIdForm(this.words, at), this.blocks);
  }

  isLogOut(index: number): boolean {
    return this.contents.type(this.content(index)) === this.logOut;
  }

  /** Who keeps, sees and judges the entry. */
  view(index: number): View {
    const at = this.base + index * ENTRY_WORDS;
    const content = this.words[at + 5] & 0x3ffffff;
    const audience = this.words[at + 1] >>> 12;
    const known = this.knownViews.get(content, audience);
    if (known !== null) return known;
    const view = this.audiences.view(audience, this.program.profileOfContent(content));
    this.knownViews.set(content, audience, view);
    return view;
  }

  isSame(index: number, id: IdCode): boolean {
    const at = this.at(index);
    return id.equals(this.words, at + ENTRY_ID, entryIdForm(this.words, at));
  }

  /** Whether `time` is later than that of every entry. */
  isLater(time: number): boolean {
    return this.count === 0 || this.time(this.count - 1) < time;
  }

  /** First index whose time is at least `time`. */
  firstFrom(time: number): number {
    if (this.isLater(time)) return this.count;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.time(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** First index whose entry does not come before (`time`, log-out or not, `id`). */
  placeOf(time: number, logOut: boolean, id: IdCode): number {
    let low = this.firstFrom(time);
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.comesBefore(middle, time, logOut, id)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Inserts at `index` an entry that now holds `content` and `audience`, held by the caller until now. */
  insert(
    index: number,
    time: number,
    arrived: number,
    amount: number | null,
    content: number,
    audience: number,
    id: IdCode,
  ): void {
    if (this.count + this.skipped >= this.capacity) this.makeRoom();
    const at = this.at(index);
    if (index < this.count) this.words.copyWithin(at + ENTRY_WORDS, at, this.at(this.count));
    writeEntry(this.words, at, time, arrived, amount, content, id.form, audience);
    id.store(this.words, at + ENTRY_ID);
    this.count++;
    this.total++;
    this.note();
  }

  setAudience(index: number, audience: number): void {
    const at = this.at(index);
    this.forgetView(at);
    this.audiences.release(entryAudience(this.words, at));
    setEntryAudience(this.words, at, audience);
  }

  remove(index: number): void {
    this.release(index);
    const at = this.at(index);
    if (index === 0 && this.capacity > WIDE) this.skip(1);
    else this.words.copyWithin(at, at + ENTRY_WORDS, this.at(this.count));
    this.count--;
    this.total--;
    if (this.count === 0) this.settle();
    else this.note();
  }

  /** Keeps the entries `i` with `gone[i] === 0` and lets the others go. */
  removeAll(gone: Uint8Array): void {
    let first = 0;
    while (first < this.count && gone[first] !== 0) first++;
    // What goes from the front of a wide block is skipped; else the rest moves forward, run by run.
    const skipped = this.capacity > WIDE ? first : 0;
    for (let i = 0; i < this.count; i++) if (gone[i] !== 0) this.release(i);
    let kept = skipped;
    for (let i = first; i < this.count;) {
      const run = i;
      while (i < this.count && gone[i] === 0) i++;
      if (kept !== run) this.words.copyWithin(this.at(kept), this.at(run), this.at(i));
      kept += i - run;
      while (i < this.count && gone[i] !== 0) i++;
    }
    if (skipped > 0) this.skip(skipped);
    this.total -= this.count - (kept - skipped);
    this.count = kept - skipped;
    this.settle();
  }

  private comesBefore(index: number, time: number, logOut: boolean, id: IdCode): boolean {
    const at = this.at(index);
    const own = entryTime(this.words, at);
    if (own !== time) return own < time;
    const isLogOut = this.isLogOut(index);
    if (isLogOut !== logOut) return isLogOut;
    return id.compare(this.words, at + ENTRY_ID, entryIdForm(this.words, at)) > 0;
  }

  private release(index: number): void {
    const at = this.at(index);
    this.forgetView(at);
    this.contents.release(entryContent(this.words, at));
    this.audiences.release(entryAudience(this.words, at));
    releaseId(this.words, at + ENTRY_ID, entryIdForm(this.words, at), this.blocks);
  }

  /** The numbers of the entry's content and audience may soon stand for others. */
  private forgetView(at: number): void {
    this.knownViews.drop(entryContent(this.words, at), entryAudience(this.words, at));
  }

  private look(block: number): void {
    this.block = block;
    if (block === 0) {
      this.capacity = 0;
      this.skipped = 0;
      return;
    }
    const page = block >>> 10;
    this.words = this.blocks.pages[page];
    this.base = this.blocks.offset(block);
    this.capacity = this.blocks.strides[page] / ENTRY_WORDS;
    this.skipped = 0;
    if (this.capacity <= WIDE) return;
    this.capacity--;
    this.skipped = this.words[this.base];
    this.base += (1 + this.skipped) * ENTRY_WORDS;
  }

  private skip(entries: number): void {
    this.skipped += entries;
    this.base += entries * ENTRY_WORDS;
    this.words[this.blocks.offset(this.block)] = this.skipped;
  }

  private makeRoom(): void {
    if (this.skipped > this.capacity >>> 3) this.move(this.capacity);
    else this.move(roomFor(this.count + 1));
  }

  /** After entries went: gives back room, and the whole block when nothing is held. */
  private settle(): void {
    if (this.count === 0 && this.block !== 0) {
      this.blocks.free(this.block);
      this.look(0);
    } else if (this.count <= EXACT ? this.count < this.capacity : this.count * 2 < this.capacity) {
      this.move(roomFor(this.count));
    }
    this.note();
  }

  /** Moves the entries to a block with room for `capacity`. */
  private move(capacity: number): void {
    const { words, base, block } = this;
    const to = this.blocks.allocate((capacity > WIDE ? capacity + 1 : capacity) * ENTRY_WORDS);
    if (capacity > WIDE) this.blocks.pages[to >>> 10][this.blocks.offset(to)] = 0;
    this.look(to);
    const length = this.count * ENTRY_WORDS;
    if (length > LONG_COPY) this.words.set(words.subarray(base, base + length), this.base);
    else for (let i = 0; i < length; i++) this.words[this.base + i] = words[base + i];
    if (block !== 0) this.blocks.free(block);
  }

  private note(): void {
    this.accounts.setWord(this.account, ACCOUNT_BLOCK, this.block);
    const meta = this.accounts.word(this.account, ACCOUNT_META);
    this.accounts.setWord(this.account, ACCOUNT_META, (meta & ~(MAX_ENTRIES - 1)) | this.count);
  }
}
