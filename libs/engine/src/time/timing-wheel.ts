/**
 * Sweeps by the log time at which they are due: four wheels of 256 slots, the finest of 16 ms, each slot a list
 * through the accounts' own records. It owns the words `due`, `next` and `previous` of a record.
 *
 * Invariants:
 * 1. An account is in at most one slot; `previous` of a slot's first account is the slot, with the top bit set.
 * 2. An account in a coarse slot is moved to a finer one when the current tick enters the coarse slot.
 */
import { ACCOUNT_DUE, ACCOUNT_NEXT, ACCOUNT_PREVIOUS, type Accounts } from '../history/accounts.js';

const TICK_MS = 16;
const LEVELS = 4;
const SLOTS = 256;
const WORD = 4_294_967_296;
const HEAD = 0x80000000;

export class TimingWheel {
  private readonly heads = new Uint32Array(LEVELS * SLOTS);
  private tick = 0;
  /** Least due time in the current finest slot: no need to look before. */
  private nextDue = Infinity;

  constructor(private readonly accounts: Accounts) {}

  dueOf(account: number): number {
    const { pool } = this.accounts;
    const page = pool.pages[account >>> 10];
    const at = pool.offset(account) + ACCOUNT_DUE;
    return page[at + 1] * WORD + page[at];
  }

  isScheduled(account: number): boolean {
    return this.accounts.word(account, ACCOUNT_PREVIOUS) !== 0;
  }

  /** Makes the account's sweep due at `due`, whenever it was due before. */
  schedule(account: number, due: number): void {
    this.cancel(account);
    const high = Math.floor(due / WORD);
    this.accounts.setWord(account, ACCOUNT_DUE, due - high * WORD);
    this.accounts.setWord(account, ACCOUNT_DUE + 1, high);
    this.link(account, due);
  }

  cancel(account: number): void {
    const previous = this.accounts.word(account, ACCOUNT_PREVIOUS);
    if (previous === 0) return;
    const next = this.accounts.word(account, ACCOUNT_NEXT);
    if (previous >= HEAD) this.heads[previous - HEAD] = next;
    else this.accounts.setWord(previous, ACCOUNT_NEXT, next);
    if (next !== 0) this.accounts.setWord(next, ACCOUNT_PREVIOUS, previous);
    this.accounts.setWord(account, ACCOUNT_PREVIOUS, 0);
  }

  /** Takes out the accounts whose sweep is due at `now`, which never goes back, and adds them to `due`. */
  advance(now: number, due: number[]): void {
    const tick = Math.floor(now / TICK_MS);
    if (tick === this.tick && now < this.nextDue) return;
    const from = this.tick;
    this.tick = tick;
    this.nextDue = Infinity;
    for (let level = 0, width = 1; level < LEVELS; level++, width *= SLOTS) {
      const last = Math.floor(tick / width);
      const first = Math.floor(from / width) + (level === 0 ? 0 : 1);
      const slots = Math.min(last - first + 1, SLOTS);
      if (slots > 0) this.emptySlots(level, last % SLOTS, slots, now, due);
    }
  }

  /** Empties `count` slots of the level up to `last`. */
  private emptySlots(level: number, last: number, count: number, now: number, due: number[]): void {
    for (let slot = last - count + 1; slot <= last; slot++) {
      const index = level * SLOTS + (slot & (SLOTS - 1));
      if (this.heads[index] !== 0) this.empty(index, now, due);
    }
  }

  private empty(slot: number, now: number, due: number[]): void {
    let account = this.heads[slot];
    this.heads[slot] = 0;
    while (account !== 0) {
      const next = this.accounts.word(account, ACCOUNT_NEXT);
      this.accounts.setWord(account, ACCOUNT_PREVIOUS, 0);
      const at = this.dueOf(account);
      if (at <= now) due.push(account);
      else this.link(account, at);
      account = next;
    }
  }

  private link(account: number, due: number): void {
    const tick = Math.max(this.tick, Math.floor(due / TICK_MS));
    let level = 0;
    let width = 1;
    while (level < LEVELS - 1 && Math.floor(tick / width) - Math.floor(this.tick / width) >= SLOTS) {
      level++;
      width *= SLOTS;
    }
    const ahead = Math.min(Math.floor(tick / width) - Math.floor(this.tick / width), SLOTS - 1);
    const slot = level * SLOTS + ((Math.floor(this.tick / width) + ahead) % SLOTS);
    if (level === 0 && ahead === 0) this.nextDue = Math.min(this.nextDue, due);
    const next = this.heads[slot];
    this.heads[slot] = account;
    this.accounts.setWord(account, ACCOUNT_NEXT, next);
    this.accounts.setWord(account, ACCOUNT_PREVIOUS, HEAD + slot);
    if (next !== 0) this.accounts.setWord(next, ACCOUNT_PREVIOUS, account);
  }
}
