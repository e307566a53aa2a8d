/**
 * What the arrival of one event leads to. It decides, for each version of the rules, whether the event is late for
 * it and what it sees from now on; changes the history accordingly; and has judged again what that can affect.
 */
import type { AccountEvent, LateDecision } from '#contracts';
import { LOG_OUT } from '#contracts';
import type { DecisionSink } from './api.js';
import { entryAmount, entryHasAlerts, hasEntryAmount, setEntryHasAlerts } from './history/entry.js';
import { IdCode } from './history/id-code.js';
import type { ValueKey } from './judging/field-values.js';
import { LettingGo } from './letting-go.js';
import type { Sight } from './rules/audiences.js';
import { FULL_SIGHT } from './rules/audiences.js';
import type { CompiledVersion } from './rules/compiled-version.js';
import { hasSlot, NO_PROFILE } from './rules/program.js';
import type { ShardState } from './shard-state.js';
import { findVersions, isLatest, promoteLatest, restrictSight } from './versions-of-event.js';

/** A version of a rule that keeps the arrived event from now on. */
interface Change {
  readonly version: CompiledVersion;
  /** The held version of the event that it kept: index at the time, or -1. */
  readonly former: number;
  readonly formerIsLogOut: boolean;
  /** Group of that, for velocity rules. */
  readonly formerGroup: ValueKey | null;
  /** Whether the arrived event matters to it; else it keeps it only in place of the former. */
  readonly sees: boolean;
}

export class Arrival {
  duplicates = 0;
  corrections = 0;
  late = 0;
  readonly lettingGo: LettingGo;
  private readonly accountId: IdCode;
  private readonly eventId: IdCode;
  private readonly versions: number[] = [];

  constructor(private readonly state: ShardState) {
    this.lettingGo = new LettingGo(state);
    this.accountId = new IdCode(state.blocks);
    this.eventId = new IdCode(state.blocks);
  }

  apply(event: AccountEvent, index: number, sink: DecisionSink): void {
    const { accounts, program, history, marks, desk } = this.state;
    const profile = program.profileOf(event);
    this.accountId.set(event.accountId);
    let account = accounts.find(this.accountId);
    if (account === 0) {
      if (profile === NO_PROFILE) return;
      account = accounts.add(this.accountId);
    }
    history.open(account);
    // Without the id: what matters to no rule and is later than all that is held leads to nothing.
    if (profile === NO_PROFILE && history.isLater(event.eventTime)) return;
    desk.source.accountId = event.accountId;
    this.eventId.set(event.eventId);
    findVersions(this.state, event.eventTime, this.eventId, this.versions);
    if (this.versions.length > 0) return this.applyVersion(event, index, profile, sink);
    if (profile === NO_PROFILE) return;
    if (marks.has(account) && this.isLateForAny(event, profile))
      return this.applyVersion(event, index, profile, sink);
    this.applyNew(event, profile, sink);
  }

  /** The plain case: an event that is new and late for no rule. */
  private applyNew(event: AccountEvent, profile: number, sink: DecisionSink): void {
    const { history, audiences, program, judge, desk } = this.state;
    audiences.retain(audiences.current);
    const place = this.insert(event, program.holdContent(event, profile), audiences.current);
    if (history.count === 1) this.scheduleFirst();
    const { versions } = history.view(place);
    const { eventTime: time } = event;
    const isLast = place === history.count - 1;
    for (let i = 0; i < versions.length; i++) {
      const version = versions[i];
      if (version.kind === 'multi-country') judge.countries(version, place, place, time);
      else if (!isLast) judge.velocities(version, place, time, judge.groupOf(version, place), null);
      else if (hasSlot(history.view(place).judged, version.slot)) judge.velocity(version, place);
    }
    desk.flush(sink);
    this.lettingGo.cap();
  }

  /** The general case: the event is held already, or late for some rule. */
  private applyVersion(event: AccountEvent, index: number, profile: number, sink: DecisionSink): void {
    const { history, audiences, program, book, desk } = this.state;
    const { versions } = this;
    const content = program.holdContent(event, profile);
    if (this.isDuplicate(event, content)) {
      this.duplicates++;
      return this.state.contents.release(content);
    }
    if (versions.length > 0) this.corrections++;
    const { changes, kept, lateFor } = this.whatChanges(event, profile);
    if (lateFor.length > 0) this.emitLate(event, index, lateFor, sink);
    if (changes.length === 0 && kept.every((uids) => uids.length > 0))
      return this.state.contents.release(content);

    const heldBefore = history.count;
    const hadAlerts = versions.some((each) => entryHasAlerts(history.words, history.at(each)));
    const epoch = audiences.epoch(versions.length > 0 ? history.audience(versions[0]) : audiences.current);
    for (let i = versions.length - 1; i >= 0; i--) this.keepOrRemove(versions[i], kept[i]);
    let place = -1;
    if (changes.length > 0) {
      const whole = lateFor.length === 0 && kept.every((uids) => uids.length === 0);
      const audience = audiences.hold(epoch, sightOf(changes, whole, book.nextUid));
      place = this.insert(event, content, audience);
      if (hadAlerts) setEntryHasAlerts(history.words, history.at(place), true);
    } else {
      this.state.contents.release(content);
      promoteLatest(this.state, event.eventTime);
    }
    this.judgeChanges(event, changes, place, hadAlerts);
    desk.flush(sink);
    this.settle(event, heldBefore);
  }

  /** For each version of the rules: whether the event is late for it, and what it kept before. */
  private whatChanges(
    event: AccountEvent,
    profile: number,
  ): { changes: Change[]; kept: number[][]; lateFor: CompiledVersion[] } {
    const { program, history, judge } = this.state;
    const matters = program.profiles[profile];
    const changes: Change[] = [];
    const lateFor: CompiledVersion[] = [];
    const kept: number[][] = this.versions.map(() => []);
    for (const version of program.versions) {
      const sees = hasSlot(matters, version.slot);
      const which = this.versions.findIndex((each) => hasSlot(history.view(each).kept, version.slot));
      if (!sees && which < 0) continue;
      if (this.isLate(version, event.eventTime)) {
        lateFor.push(version);
        if (which >= 0) kept[which].push(version.uid);
        continue;
      }
      const former = which < 0 ? -1 : this.versions[which];
      const formerIsLogOut = former >= 0 && history.isLogOut(former);
      const formerGroup = former >= 0 && version.kind === 'velocity' ? judge.groupOf(version, former) : null;
      changes.push({ version, former, formerIsLogOut, formerGroup, sees });
    }
    return { changes, kept, lateFor };
  }

  private judgeChanges(
    event: AccountEvent,
    changes: readonly Change[],
    place: number,
    hadAlerts: boolean,
  ): void {
    const { history, judge, desk } = this.state;
    const { eventTime: time } = event;
    const isLogOut = event.eventType === LOG_OUT;
    for (const { version, former, formerIsLogOut, formerGroup, sees } of changes) {
      const own = sees ? place : -1;
      const formerPlace = former < 0 ? place : history.placeOf(time, formerIsLogOut, this.eventId);
      // What stood in the former place comes before whatever stands there now, unless that is the event itself.
      const retractedAt = place >= 0 && formerIsLogOut === isLogOut ? place : formerPlace - 0.5;
      if (former >= 0) desk.moved(place, retractedAt);
      const first = own < 0 ? formerPlace : Math.min(own, formerPlace);
      if (version.kind === 'multi-country') {
        judge.countries(version, first, Math.max(own, formerPlace - 1), time);
      } else {
        const group = own < 0 ? null : judge.groupOf(version, own);
        judge.velocities(version, first, time, group, formerGroup);
      }
      if (!hadAlerts) continue;
      const mayAlert = version.kind === 'velocity' || !isLogOut;
      desk.retractOthers(version, time, this.eventId, mayAlert ? own : -1, retractedAt);
    }
  }

  private isDuplicate(event: AccountEvent, content: number): boolean {
    const { history } = this.state;
    const latest = this.versions.find((each) => isLatest(this.state, each)) ?? this.versions.at(-1);
    if (latest === undefined || history.content(latest) !== content) return false;
    const at = history.at(latest);
    return event.amount === (hasEntryAmount(history.words, at) ? entryAmount(history.words, at) : null);
  }

  private isLateForAny(event: AccountEvent, profile: number): boolean {
    const { program } = this.state;
    const matters = program.profiles[profile];
    for (const version of program.versions)
      if (hasSlot(matters, version.slot) && this.isLate(version, event.eventTime)) return true;
    return false;
  }

  private isLate(version: CompiledVersion, time: number): boolean {
    const { history, marks, now } = this.state;
    return time - version.withinMs <= marks.get(history.account, version.ruleIndex, now);
  }

  /** The versions of the rules in `kept` go on keeping the entry; if there are none, it goes. */
  private keepOrRemove(index: number, kept: readonly number[]): void {
    const { history, windows } = this.state;
    if (kept.length > 0) return restrictSight(this.state, index, kept, Infinity);
    windows.removing(history.account, index, history.time(index));
    history.remove(index);
  }

  private insert(event: AccountEvent, content: number, audience: number): number {
    const { history, windows, now } = this.state;
    const { eventTime: time } = event;
    let place = history.placeOf(time, event.eventType === LOG_OUT, this.eventId);
    // Behind the version that some rules go on keeping.
    while (place < history.count && history.time(place) === time && this.isVersion(place, event)) place++;
    history.insert(place, time, now, event.amount, content, audience, this.eventId);
    windows.inserted(history.account, place);
    return place;
  }

  private isVersion(index: number, event: AccountEvent): boolean {
    const { history } = this.state;
    return history.isLogOut(index) === (event.eventType === LOG_OUT) && history.isSame(index, this.eventId);
  }

  /** After the decisions: what is held no longer is forgotten, and the sweep follows from whether anything is. */
  private settle(event: AccountEvent, heldBefore: number): void {
    const { history, ledger, wheel } = this.state;
    const { account } = history;
    findVersions(this.state, event.eventTime, this.eventId, this.versions);
    if (this.versions.length === 0) ledger.forget(account, event.eventTime, this.eventId);
    if (history.count > 0 && heldBefore === 0) this.scheduleFirst();
    this.lettingGo.cap();
    if (history.count > 0) return;
    wheel.cancel(account);
    this.state.removeIfEmpty(account);
  }

  private scheduleFirst(): void {
    const { history, wheel, settings, now } = this.state;
    wheel.schedule(history.account, now + settings.sweepIntervalMs);
  }

  private emitLate(event: AccountEvent, index: number, lateFor: CompiledVersion[], sink: DecisionSink): void {
    const { shard, sequence, loggedAt } = this.state.desk.source;
    this.late++;
    const rules = lateFor.map(({ version }) => ({ id: version.rule.id, version: version.version }));
    const decision: LateDecision = {
      accountId: event.accountId,
      eventId: event.eventId,
      eventTime: event.eventTime,
      rules,
      source: { shard, seq: sequence, index },
      loggedAt,
    };
    sink.late(decision);
  }
}

/** `whole`: the event is late for no rule, and no other version of it is held. */
function sightOf(changes: readonly Change[], whole: boolean, nextUid: number): Sight {
  const listed = changes.filter(({ sees }) => !whole || !sees).map(({ version }) => version.uid);
  if (whole && listed.length === 0) return FULL_SIGHT;
  return { from: whole ? 0 : nextUid, listed };
}
