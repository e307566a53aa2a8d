/** The fold over one shard's log: time passes, events are judged, rules change. */
import type { AccountEvent, RuleVersion } from '#contracts';
import type { DecisionSink, EngineCounters, EngineSettings, ShardFold } from './api.js';
import { Arrival } from './arrival.js';
import type { EngineTuning } from './shard-state.js';
import { DEFAULT_ENGINE_TUNING, ShardState } from './shard-state.js';

/** In this time of log time all accounts are looked through once for marks that have expired. */
const LOOK_THROUGH_MS = 3_600_000;

export class ShardEngine implements ShardFold {
  private readonly state: ShardState;
  private readonly arrival: Arrival;
  private readonly due: number[] = [];
  private eventsIn = 0;
  private outOfOrder = 0;
  /** After a rule change every account's sweep is due. */
  private allDue = false;
  private lookedAt = 0;
  private nextPage = 0;

  constructor(settings: EngineSettings, tuning: EngineTuning = DEFAULT_ENGINE_TUNING) {
    this.state = new ShardState(settings, tuning);
    this.arrival = new Arrival(this.state);
  }

  get watermarkMs(): number {
    return this.state.watermark.value;
  }

  get disorderBoundMs(): number {
    return this.state.watermark.bound;
  }

  get counters(): EngineCounters {
    const { desk, accounts, history } = this.state;
    return {
      eventsIn: this.eventsIn,
      duplicates: this.arrival.duplicates,
      corrections: this.arrival.corrections,
      outOfOrder: this.outOfOrder,
      late: this.arrival.late,
      alertsRaised: desk.raised,
      alertsRetracted: desk.retracted,
      historyCapped: this.arrival.lettingGo.capped,
      accounts: accounts.count,
      entries: history.total,
    };
  }

  beginMessage(sequence: number, logTimeMs: number): void {
    const { state } = this;
    state.now = Math.max(state.now, logTimeMs);
    state.desk.source.sequence = sequence;
    state.desk.source.loggedAt = logTimeMs;
    state.watermark.advance(state.now);
    if (state.book.lapse(state.now)) state.renewRules();
    this.sweep();
    this.lookThrough();
  }

  applyEvent(event: AccountEvent, index: number, sink: DecisionSink): void {
    this.eventsIn++;
    if (this.state.watermark.observe(event.eventTime) > 0) this.outOfOrder++;
    this.arrival.apply(event, index, sink);
  }

  applyRule(version: RuleVersion): void {
    if (!this.state.book.apply(version, this.state.now)) return;
    this.state.renewRules();
    this.allDue = true;
  }

  private sweep(): void {
    const { state, due } = this;
    due.length = 0;
    if (this.allDue) this.takeAll();
    else state.wheel.advance(state.now, due);
    for (let i = 0; i < due.length; i++) this.arrival.lettingGo.sweep(due[i]);
    if (due.length > 4096) due.length = 0;
  }

  private takeAll(): void {
    const { accounts, wheel } = this.state;
    this.allDue = false;
    wheel.advance(this.state.now, this.due);
    this.due.length = 0;
    for (let page = 1; page < accounts.pool.pageCount; page++) {
      for (const account of accounts.onPage(page)) {
        wheel.cancel(account);
        if (accounts.entries(account) > 0) this.due.push(account);
      }
    }
  }

  /** Forgets accounts that hold nothing and whose marks have expired, page by page. */
  private lookThrough(): void {
    const { accounts, marks, now } = this.state;
    const pages = accounts.pool.pageCount;
    if (now - this.lookedAt < LOOK_THROUGH_MS / pages) return;
    this.lookedAt = now;
    this.nextPage = this.nextPage + 1 < pages ? this.nextPage + 1 : 1;
    if (this.nextPage >= pages) return;
    for (const account of accounts.onPage(this.nextPage)) {
      if (accounts.entries(account) > 0) continue;
      marks.prune(account, now);
      this.state.removeIfEmpty(account);
    }
  }
}
