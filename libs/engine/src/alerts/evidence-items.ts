/**
 * Events as alerts name them, each kept once however many alerts it contributed to: the alerts of a busy account
 * share most of their evidence. An item is nine words:
 * time | time (12 bits), form of the id (5), amount is absent (1) | amount, low and high | content | event id.
 */
import type { EvidenceItem } from '#contracts';
import type { Contents } from '../history/contents.js';
import { countryText } from '../history/contents.js';
import {
  ENTRY_ID,
  entryAmountHigh,
  entryContent,
  entryIdForm,
  entryTime,
  hasEntryAmount,
} from '../history/entry.js';
import { ID_WORDS, isLongId, readId } from '../history/id-code.js';
import { Interner } from '../memory/interner.js';
import type { Texts } from '../memory/texts.js';
import type { WordPool } from '../memory/word-pool.js';
import { amountText } from './amount-text.js';

const ITEM_WORDS = 5 + ID_WORDS;
const CONTENT = 4;
const ID = 5;
const WORD = 4_294_967_296;
const ABSENT = 1 << 17;

export class EvidenceItems {
  private readonly interner = new Interner(0);
  private readonly key = new Uint32Array(ITEM_WORDS);

  constructor(
    private readonly contents: Contents,
    private readonly texts: Texts,
    /** Where the history keeps long ids. */
    private readonly blocks: WordPool,
  ) {}

  get count(): number {
    return this.interner.count;
  }

  get byteLength(): number {
    return this.interner.pool.byteLength;
  }

  /** The item of the history's entry at `at`, held once more. */
  hold(words: Uint32Array, at: number): number {
    const { key } = this;
    const form = entryIdForm(words, at);
    const content = entryContent(words, at);
    const absent = !hasEntryAmount(words, at);
    key[0] = words[at];
    key[1] = (words[at + 1] & 0xfff) | (form << 12) | (absent ? ABSENT : 0);
    key[2] = absent ? 0 : words[at + 4];
    key[3] = absent ? 0 : entryAmountHigh(words, at);
    key[CONTENT] = content;
    for (let i = 0; i < ID_WORDS; i++) key[ID + i] = words[at + ENTRY_ID + i];
    if (isLongId(form)) key[ID] = this.texts.hold(readId(words, at + ENTRY_ID, form, this.blocks));
    const ref = this.interner.intern(key, ITEM_WORDS);
    if (this.interner.added) this.contents.retain(content);
    else if (isLongId(form)) this.texts.release(key[ID]);
    return ref;
  }

  release(ref: number): void {
    if (!this.interner.release(ref)) return;
    const words = this.interner.pool.pages[ref >>> 10];
    const at = this.interner.pool.offset(ref) + this.interner.start;
    this.contents.release(words[at + CONTENT]);
    if (isLongId((words[at + 1] >>> 12) & 31)) this.texts.release(words[at + ID]);
    this.interner.drop(ref);
  }

  read(ref: number, accountId: string): EvidenceItem {
    const words = this.interner.pool.pages[ref >>> 10];
    const at = this.interner.pool.offset(ref) + this.interner.start;
    const form = (words[at + 1] >>> 12) & 31;
    const content = words[at + CONTENT];
    const absent = (words[at + 1] & ABSENT) !== 0;
    return {
      eventId: isLongId(form) ? this.texts.read(words[at + ID]) : readId(words, at + ID, form, this.blocks),
      accountId,
      eventType: this.texts.read(this.contents.type(content)),
      eventTime: entryTime(words, at),
      country: countryText(this.contents.country(content)),
      amount: absent ? null : amountText((words[at + 3] | 0) * WORD + words[at + 2]),
    };
  }
}
