/**
 * Turns verdicts into messages: an alert is raised when it comes to hold, retracted when it ceases to. It collects
 * what one arrival leads to and gives it out in order: by the judged event, then rule, then retractions first.
 */
import type { AlertDecision } from '#contracts';
import type { DecisionSink } from '../api.js';
import { ENTRY_ID, entryHasAlerts, entryIdForm, setEntryHasAlerts } from '../history/entry.js';
import type { History } from '../history/history.js';
import { IdCode } from '../history/id-code.js';
import type { CountryRun } from '../judging/country-run.js';
import type { Verdicts } from '../judging/judge.js';
import type { WindowTotals } from '../judging/window-totals.js';
import type { CompiledCountry, CompiledVelocity, CompiledVersion } from '../rules/compiled-version.js';
import { alertId } from './alert-id.js';
import type { AlertRecords } from './alert-records.js';
import type { Groups } from './groups.js';
import type { Ledger } from './ledger.js';

interface Pending {
  /** Place of the judged event in the history. */
  readonly place: number;
  readonly decision: AlertDecision;
}

/** What is the same for all messages of one arrival. */
export interface ArrivalSource {
  accountId: string;
  shard: number;
  sequence: number;
  loggedAt: number;
}

export class AlertDesk implements Verdicts {
  raised = 0;
  retracted = 0;
  readonly source: ArrivalSource = { accountId: '', shard: 0, sequence: 0, loggedAt: 0 };
  private readonly pending: Pending[] = [];
  /** The arrived event, and the place of the version of it that stood before. */
  private movedTo = -1;
  private movedFrom = -1;
  private readonly judged: IdCode;

  constructor(
    private readonly history: History,
    private readonly ledger: Ledger,
    private readonly records: AlertRecords,
    private readonly groups: Groups,
  ) {
    this.judged = new IdCode(history.blocks);
  }

  country(version: CompiledCountry, index: number, holds: boolean, run: CountryRun): void {
    const record = this.settle(version, index, holds);
    if (record === 0) return;
    this.records.raiseCountry(record, version, index, run);
    this.raised++;
    this.push('raised', version, record, this.history.time(index), this.judged.text, index);
  }

  velocity(version: CompiledVelocity, index: number, holds: boolean, totals: WindowTotals): void {
    const record = this.settle(version, index, holds);
    if (record === 0) return;
    this.records.raiseVelocity(record, version, index, totals);
    this.raised++;
    this.push('raised', version, record, this.history.time(index), this.judged.text, index);
  }

  /**
   * The identity's alerts by the version end, except that of the group that entry `index` (-1: none) is of now.
   * `place` is where the entry stood on which they rested.
   */
  retractOthers(version: CompiledVersion, time: number, id: IdCode, index: number, place: number): void {
    const { ledger, groups } = this;
    const current = index < 0 ? -1 : groups.hold(version, index);
    for (const record of ledger.of(this.history.account, time, id)) {
      if (ledger.uid(record) !== version.uid || !ledger.stands(record)) continue;
      if (ledger.group(record) !== current) this.retract(version, record, time, id.text, place);
    }
    if (current >= 0) groups.release(current);
  }

  /** Entry `index` replaced a version of its event that had another place: its alerts are retracted there. */
  moved(index: number, from: number): void {
    this.movedTo = index;
    this.movedFrom = from;
  }

  flush(sink: DecisionSink): void {
    const { pending } = this;
    this.movedTo = -1;
    if (pending.length === 0) return;
    if (pending.length > 1) pending.sort(comparePending);
    for (const { decision } of pending) sink.alert(decision);
    pending.length = 0;
  }

  /** Retracts if need be; returns the record to raise, or 0 when nothing is to be raised. */
  private settle(version: CompiledVersion, index: number, holds: boolean): number {
    const { history, ledger } = this;
    const at = history.at(index);
    const has = entryHasAlerts(history.words, at);
    if (!has && !holds) return 0;
    this.judged.load(history.words, at + ENTRY_ID, entryIdForm(history.words, at));
    const time = history.time(index);
    const group = this.groups.hold(version, index);
    const record = has ? this.find(version, time, group) : 0;
    const stands = record !== 0 && ledger.stands(record);
    const place = index === this.movedTo ? this.movedFrom : index;
    if (stands && !holds) this.retract(version, record, time, this.judged.text, place);
    if (record !== 0 || !holds) {
      this.groups.release(group);
      return holds && !stands ? record : 0;
    }
    setEntryHasAlerts(history.words, at, true);
    return ledger.add(history.account, time, this.judged, version.uid, group);
  }

  /** The record of the alert of the identity in `judged`, or 0. */
  private find(version: CompiledVersion, time: number, group: number): number {
    const { ledger } = this;
    for (const record of ledger.of(this.history.account, time, this.judged))
      if (ledger.uid(record) === version.uid && ledger.group(record) === group) return record;
    return 0;
  }

  private retract(
    version: CompiledVersion,
    record: number,
    time: number,
    eventId: string,
    place: number,
  ): void {
    this.ledger.retract(record);
    this.retracted++;
    this.push('retracted', version, record, time, eventId, place);
  }

  private push(
    kind: AlertDecision['kind'],
    compiled: CompiledVersion,
    record: number,
    eventTime: number,
    eventId: string,
    place: number,
  ): void {
    const { rule, version } = compiled.version;
    const { accountId, shard, sequence, loggedAt } = this.source;
    const { group, reason, observed, evidence } = this.records.read(record, compiled, accountId);
    const decision: AlertDecision = {
      alertId: alertId(rule.id, group, accountId, eventTime, eventId),
      kind,
      revision: this.ledger.revision(record),
      rule: { id: rule.id, version, type: rule.type },
      shadow: rule.state === 'shadow',
      severity: rule.severity,
      accountId,
      group,
      eventId,
      eventTime,
      reason,
      observed,
      evidence,
      source: { shard, seq: sequence },
      loggedAt,
    };
    this.pending.push({ place, decision });
  }
}

function comparePending(a: Pending, b: Pending): number {
  if (a.place !== b.place) return a.place - b.place;
  const [left, right] = [a.decision, b.decision];
  if (left.rule.id !== right.rule.id) return left.rule.id < right.rule.id ? -1 : 1;
  return Number(left.kind === 'raised') - Number(right.kind === 'raised');
}
