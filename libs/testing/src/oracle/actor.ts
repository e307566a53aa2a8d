/**
 * One account by brute force. Beside what an actor holds, this one keeps for each rule version everything
 * that the version has ever seen, and judges from that: letting history go must never change an answer.
 *
 * 1. `archive` of a version changes by arrivals that are not late for it, by its coming into force, and by
 *    the expiry of a let-go mark, which is when the system has forgotten that there was anything.
 * 2. A verdict from the archive equals the one from what is held, or `ForgetfulRules` is thrown: then it is
 *    the rules of letting go that are wrong, not an engine.
 */
import type { AccountEvent } from '#contracts';
import type { EngineSettings } from '#engine';
import type { ExpectedAlert, ExpectedDecisions, ExpectedLate } from './expected.js';
import { matters, sameGroup } from './fields.js';
import { arrivalOf, HeldHistory, type Held } from './held-history.js';
import { IdentityRecord } from './identity-record.js';
import { compareEvents, identityKey, saysTheSame } from './order.js';
import type { RuleBook, TrackedVersion } from './rule-book.js';
import { judge } from './verdict.js';

/** Letting history go as described would change what is decided. */
export class ForgetfulRules extends Error {}

/** An identity's event as one version sees it, with the record under which it is judged. */
interface Sight {
  readonly held: Held;
  readonly record: IdentityRecord;
}

interface Change {
  readonly by: TrackedVersion;
  readonly before: AccountEvent | null;
  readonly after: AccountEvent | null;
}

interface OrderedAlert {
  readonly judged: AccountEvent;
  readonly alert: ExpectedAlert;
}

const NOTHING: ExpectedDecisions = { isTooLate: false, late: null, alerts: [] };

export class BruteActor {
  private readonly history: HeldHistory;
  private readonly archive = new Map<TrackedVersion, Map<string, Sight>>();
  private readonly records = new Map<string, IdentityRecord>();
  private readonly spells = new Map<string, number>();
  private arrivals = 0;
  /** Whether an expired mark has taken history with it. */
  private hasForgotten = false;

  constructor(
    settings: EngineSettings,
    private readonly book: RuleBook,
  ) {
    this.history = new HeldHistory(settings, book);
  }

  /** How many versions are held. */
  get size(): number {
    return this.history.held.length;
  }

  /** Time passes: marks expire, and a due sweep runs. */
  beginMessage(nowMs: number, watermarkMs: number): void {
    this.forgetExpired(nowMs);
    this.history.sweepIfDue(nowMs, watermarkMs);
    this.dropRecords();
  }

  /** A rule message: `tracked` is its version when that one judges. */
  rulesChanged(tracked: TrackedVersion | null, nowMs: number): void {
    if (this.size === 0) return;
    this.history.dueAt = nowMs;
    if (tracked === null) return;
    for (const held of this.history.keepFor(tracked, (event) => matters(tracked.version.rule, event))) {
      this.archiveOf(tracked).set(held.identity, { held, record: this.records.get(held.identity)! });
    }
  }

  arrive(event: AccountEvent, nowMs: number): ExpectedDecisions {
    const identity = identityKey(event);
    const versions = this.history.versionsOf(identity);
    const latest = versions.at(-1);
    if (latest !== undefined && saysTheSame(latest.event, event)) return NOTHING;
    const arrival = arrivalOf(event, this.arrivals++, nowMs);
    const isForgotten = latest === undefined && this.spells.has(identity);
    const record = this.records.get(identity) ?? this.newRecord(identity);
    const { lateFor, changes } = this.accept(arrival, record, nowMs);
    this.history.replace(arrival, nowMs);
    if (arrival.keptBy.size > 0) this.keep(record);
    const alerts = this.judgeAgain(identity, record, changes);
    this.history.enforceCap(nowMs);
    this.dropRecords();
    return { isTooLate: isForgotten || lateFor.length > 0, late: lateMessage(event, lateFor), alerts };
  }

  /** Asks which alerts stand, judging everything anew from all that was ever accepted. */
  verifyFromScratch(): void {
    if (this.hasForgotten) return;
    for (const [by, sights] of this.archive) {
      for (const { held, record } of sights.values()) {
        if (!record.judgedBy.includes(by)) continue;
        const { holds } = judge(by.version.rule, eventsOf(sights), held.event);
        if (record.standing(by.version.rule.id).length > 0 === holds) continue;
        throw new ForgetfulRules(`${by.version.rule.id} on ${held.identity}: from scratch ${holds}`);
      }
    }
  }

  private newRecord(identity: string): IdentityRecord {
    return new IdentityRecord(identity, this.book.inForce(), (this.spells.get(identity) ?? 0) + 1);
  }

  private keep(record: IdentityRecord): void {
    this.records.set(record.identity, record);
    this.spells.set(record.identity, record.spell);
  }

  private accept(
    arrival: Held,
    record: IdentityRecord,
    nowMs: number,
  ): { lateFor: TrackedVersion[]; changes: Change[] } {
    const { event, identity } = arrival;
    const lateFor: TrackedVersion[] = [];
    const changes: Change[] = [];
    for (const by of this.book.retained(nowMs)) {
      const isMatter = matters(by.version.rule, event);
      const kept = this.history.versionsOf(identity).find(({ keptBy }) => keptBy.has(by));
      if (!isMatter && kept === undefined) continue;
      const mark = this.history.mark(by.version.rule.id, nowMs);
      if (mark !== null && event.eventTime - by.version.rule.withinMs <= mark) {
        lateFor.push(by);
        continue;
      }
      const before = this.archiveOf(by).get(identity)?.held.event ?? null;
      kept?.keptBy.delete(by);
      arrival.keptBy.add(by);
      this.archiveOf(by).delete(identity);
      if (isMatter) this.archiveOf(by).set(identity, { held: arrival, record });
      changes.push({ by, before, after: isMatter ? event : null });
    }
    return { lateFor, changes };
  }

  private judgeAgain(identity: string, record: IdentityRecord, changes: readonly Change[]): ExpectedAlert[] {
    const decided: OrderedAlert[] = [];
    for (const change of changes) {
      const { by, before, after } = change;
      if (record.judgedBy.includes(by)) {
        const verdict = after === null ? null : this.judgeTwice(by, after);
        for (const alert of record.update(by, after, verdict)) {
          // What was seen before may be forgotten while another version of the identity is held.
          const judged = (alert.kind === 'retracted' ? before : null) ?? after ?? alert.event;
          decided.push({ judged, alert });
        }
      }
      for (const sight of this.archiveOf(by).values()) {
        const { event } = sight.held;
        if (sight.held.identity === identity || !sight.record.judgedBy.includes(by)) continue;
        if (!this.isHeld(sight.held) || !touches(change, event)) continue;
        for (const alert of sight.record.update(by, event, this.judgeTwice(by, event))) {
          decided.push({ judged: event, alert });
        }
      }
    }
    return decided.sort(compareDecided).map(({ alert }) => alert);
  }

  /** Judges by all that the version ever saw, and checks that what is held says the same. */
  private judgeTwice(by: TrackedVersion, event: AccountEvent) {
    const { rule } = by.version;
    const fromAll = judge(rule, eventsOf(this.archiveOf(by)), event);
    const kept = this.history.held.filter(({ keptBy }) => keptBy.has(by)).map((held) => held.event);
    const fromHeld = judge(
      rule,
      kept.filter((other) => matters(rule, other)),
      event,
    );
    if (fromAll.holds !== fromHeld.holds || fromAll.evidence.length !== fromHeld.evidence.length) {
      throw new ForgetfulRules(`${rule.id} on ${identityKey(event)}: held history decides otherwise`);
    }
    return fromAll;
  }

  private isHeld(held: Held): boolean {
    return this.history.held.includes(held);
  }

  private archiveOf(tracked: TrackedVersion): Map<string, Sight> {
    let sights = this.archive.get(tracked);
    if (sights === undefined) this.archive.set(tracked, (sights = new Map()));
    return sights;
  }

  private forgetExpired(nowMs: number): void {
    for (const [by, sights] of this.archive) {
      if (!this.book.isRetained(by, nowMs) || this.history.mark(by.version.rule.id, nowMs) !== null) continue;
      for (const [identity, { held }] of sights) {
        if (this.isHeld(held)) continue;
        sights.delete(identity);
        this.hasForgotten = true;
      }
    }
  }

  private dropRecords(): void {
    for (const identity of this.records.keys()) {
      if (this.history.versionsOf(identity).length === 0) this.records.delete(identity);
    }
  }
}

function eventsOf(sights: ReadonlyMap<string, Sight>): AccountEvent[] {
  return [...sights.values()].map(({ held }) => held.event);
}

/** Whether a version's window of the judged event holds what changed. */
function touches({ by, before, after }: Change, judged: AccountEvent): boolean {
  const { rule } = by.version;
  return [before, after].some(
    (changed) =>
      changed !== null &&
      compareEvents(changed, judged) <= 0 &&
      changed.eventTime >= judged.eventTime - rule.withinMs &&
      (rule.type === 'multi-country' || sameGroup(rule, changed, judged)),
  );
}

function lateMessage(event: AccountEvent, lateFor: readonly TrackedVersion[]): ExpectedLate | null {
  const rules = lateFor.map(({ version }) => ({ id: version.rule.id, version: version.version }));
  if (rules.length === 0) return null;
  rules.sort((a, b) => (a.id === b.id ? a.version - b.version : a.id < b.id ? -1 : 1));
  return { event, rules };
}

function compareDecided(a: OrderedAlert, b: OrderedAlert): number {
  const order = compareEvents(a.judged, b.judged);
  if (order !== 0) return order;
  const [aRule, bRule] = [a.alert.version.rule.id, b.alert.version.rule.id];
  if (aRule !== bRule) return aRule < bRule ? -1 : 1;
  return a.alert.kind === b.alert.kind ? 0 : a.alert.kind === 'retracted' ? -1 : 1;
}
