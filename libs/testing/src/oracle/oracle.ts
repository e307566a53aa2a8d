/** The brute-force evaluator of one shard: the fold of the semantics page, with nothing clever in it. */
import type { EngineSettings } from '#engine';
import { BruteActor } from './actor.js';
import type { ExpectedDecisions } from './expected.js';
import type { History, LogEntry } from './history.js';
import { BruteWatermark } from './observed-bound.js';
import { RuleBook } from './rule-book.js';

/** What one message of the log leads to. */
export interface ExpectedStep {
  readonly nowMs: number;
  /** One for each event of the message. */
  readonly decisions: readonly ExpectedDecisions[];
  readonly watermarkMs: number;
  readonly disorderBoundMs: number;
  /** Held versions of all actors. */
  readonly entries: number;
}

export class Oracle {
  private nowMs = -Infinity;
  private readonly book: RuleBook;
  private readonly watermark: BruteWatermark;
  private readonly actors = new Map<string, BruteActor>();

  constructor(private readonly settings: EngineSettings) {
    this.book = new RuleBook(settings.allowedLatenessMs);
    this.watermark = new BruteWatermark(settings.allowedLatenessMs);
  }

  step(message: LogEntry): ExpectedStep {
    this.nowMs = Math.max(this.nowMs, message.logTimeMs);
    for (const actor of this.actors.values()) actor.beginMessage(this.nowMs, this.watermark.watermarkMs);
    const decisions: ExpectedDecisions[] = [];
    if (message.kind === 'rule') this.changeRules(message.version);
    if (message.kind === 'frame') {
      for (const event of message.events) {
        decisions.push(this.actorOf(event.accountId).arrive(event, this.nowMs));
        this.watermark.see(event.eventTime, this.nowMs);
      }
    }
    const entries = [...this.actors.values()].reduce((sum, actor) => sum + actor.size, 0);
    return {
      nowMs: this.nowMs,
      decisions,
      watermarkMs: this.watermark.watermarkMs,
      disorderBoundMs: this.watermark.boundMs(this.nowMs),
      entries,
    };
  }

  /** Throws `ForgetfulRules` when what stands is not what judging everything anew says. */
  verifyFromScratch(): void {
    for (const actor of this.actors.values()) actor.verifyFromScratch();
  }

  private changeRules(version: Parameters<RuleBook['apply']>[0]): void {
    const tracked = this.book.apply(version, this.nowMs);
    for (const actor of this.actors.values()) actor.rulesChanged(tracked, this.nowMs);
  }

  private actorOf(accountId: string): BruteActor {
    let actor = this.actors.get(accountId);
    if (actor === undefined) {
      actor = new BruteActor(this.settings, this.book);
      this.actors.set(accountId, actor);
    }
    return actor;
  }
}

/** Evaluates a whole history, the check from scratch at its end included. */
export function evaluate(history: History): ExpectedStep[] {
  const oracle = new Oracle(history.settings);
  const steps = history.log.map((message) => oracle.step(message));
  oracle.verifyFromScratch();
  return steps;
}
