/** The state of one shard and the parts that work on it, put together. */
import { AlertDesk } from './alerts/alert-desk.js';
import { AlertRecords } from './alerts/alert-records.js';
import { EvidenceItems } from './alerts/evidence-items.js';
import { Groups } from './alerts/groups.js';
import { Ledger } from './alerts/ledger.js';
import type { EngineSettings } from './api.js';
import { Accounts } from './history/accounts.js';
import { Contents } from './history/contents.js';
import { History } from './history/history.js';
import { LetGoMarks } from './history/let-go-marks.js';
import { FieldValues } from './judging/field-values.js';
import { Judge } from './judging/judge.js';
import { Windows } from './judging/windows.js';
import { Texts } from './memory/texts.js';
import { WordPool } from './memory/word-pool.js';
import { Audiences } from './rules/audiences.js';
import { Program } from './rules/program.js';
import { RuleBook } from './rules/rule-book.js';
import { TimingWheel } from './time/timing-wheel.js';
import { Watermark } from './time/watermark.js';

/** What changes the speed and no decision. */
export interface EngineTuning {
  /** Windows of up to so many entries are scanned; longer ones have running totals. */
  readonly scanEntries: number;
  /** Sweeps of accounts with so many entries pass over those that stay for long. */
  readonly calmEntries: number;
}

export const DEFAULT_ENGINE_TUNING: EngineTuning = { scanEntries: 64, calmEntries: 64 };

export class ShardState {
  /** Greatest log time so far. */
  now = 0;
  readonly texts = new Texts();
  readonly contents = new Contents(this.texts);
  readonly blocks = new WordPool();
  readonly accounts = new Accounts(this.blocks);
  readonly wheel = new TimingWheel(this.accounts);
  readonly watermark: Watermark;
  readonly marks: LetGoMarks;
  readonly book: RuleBook;
  readonly audiences: Audiences;
  readonly history: History;
  readonly windows: Windows;
  readonly evidence = new EvidenceItems(this.contents, this.texts, this.blocks);
  readonly ledger = new Ledger(this.evidence, this.texts, this.blocks);
  readonly desk: AlertDesk;
  readonly judge: Judge;
  program: Program;

  constructor(
    readonly settings: EngineSettings,
    readonly tuning: EngineTuning,
  ) {
    const { allowedLatenessMs, letGoMarkMs } = settings;
    this.watermark = new Watermark(allowedLatenessMs);
    this.marks = new LetGoMarks(this.accounts, this.blocks, letGoMarkMs);
    this.book = new RuleBook(allowedLatenessMs);
    this.program = new Program([], this.book.generation, this.contents, this.texts);
    this.audiences = new Audiences(this.program);
    const { blocks, accounts, contents, audiences, program, texts } = this;
    this.history = new History(blocks, accounts, contents, audiences, program, texts);
    const values = new FieldValues(this.history, texts);
    this.windows = new Windows(values);
    const groups = new Groups(values, texts);
    const records = new AlertRecords(this.history, values, this.ledger, this.evidence, groups);
    this.desk = new AlertDesk(this.history, this.ledger, records, groups);
    this.judge = new Judge(this.history, values, this.windows, this.desk, tuning.scanEntries);
    this.desk.source.shard = settings.shard;
  }

  /** Takes over what the rule book now holds: another set of versions judges and keeps history. */
  renewRules(): void {
    const former = this.program;
    this.program = new Program(this.book.retained, this.book.generation, this.contents, this.texts);
    former.dispose();
    this.audiences.renew(this.program, this.book.epoch);
    this.history.renew(this.program);
    this.windows.clear();
  }

  /** The open account may be forgotten if nothing is held and no mark stands. */
  removeIfEmpty(account: number): void {
    if (this.accounts.entries(account) > 0 || this.marks.has(account)) return;
    this.wheel.cancel(account);
    this.windows.drop(account);
    this.accounts.remove(account);
  }
}
