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
import type { FieldValues } from '../judging/field-values.js';
import type { Verdicts } from '../judging/judge.js';
import type { WindowTotals } from '../judging/window-totals.js';
import type { CompiledCountry, CompiledVelocity, CompiledVersion } from '../rules/compiled-version.js';
import type { AlertDetails } from './alert-details.js';
import { withAccount } from './alert-details.js';
import { alertId } from './alert-id.js';
import { Describer } from './describe.js';
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
  private readonly describer: Describer;

  constructor(
    private readonly history: History,
    values: FieldValues,
    private readonly ledger: Ledger,
  ) {
    this.judged = new IdCode(history.blocks);
    this.describer = new Describer(history, values);
  }

  country(version: CompiledCountry, index: number, holds: boolean, run: CountryRun): void {
    const has = entryHasAlerts(this.history.words, this.history.at(index));
    if (!has && !holds) return;
    const { accountId } = this.source;
    const record = has ? this.find(version, index, { accountId }) : 0;
    if (this.settle(version, index, holds, record))
      this.raise(version, index, record, this.describer.countries(version, index, run, accountId));
  }

  velocity(version: CompiledVelocity, index: number, holds: boolean, totals: WindowTotals): void {
    const has = entryHasAlerts(this.history.words, this.history.at(index));
    if (!has && !holds) return;
    const { accountId } = this.source;
    const record = has ? this.find(version, index, this.describer.group(version, index, accountId)) : 0;
    if (this.settle(version, index, holds, record))
      this.raise(version, index, record, this.describer.velocity(version, index, totals, accountId));
  }

  /**
   * The identity's alerts by the version end, except that of the group that entry `index` (-1: none) is of now.
   * `place` is where the entry stood on which they rested.
   */
  retractOthers(version: CompiledVersion, time: number, id: IdCode, index: number, place: number): void {
    const current = index < 0 ? null : this.groupOf(version, index);
    for (const record of this.ledger.of(this.history.account, time, id)) {
      if (this.ledger.raisedBy(record) !== version.uid || !this.ledger.stands(record)) continue;
      const details = this.ledger.details(record);
      if (current !== null && sameGroup(details.group, current)) continue;
      this.retract(version, record, time, id.text, place);
    }
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

  private groupOf(version: CompiledVersion, index: number): Record<string, string> {
    const { accountId } = this.source;
    return version.kind === 'velocity' ? this.describer.group(version, index, accountId) : { accountId };
  }

  /** Retracts if need be; whether the alert is to be raised. */
  private settle(version: CompiledVersion, index: number, holds: boolean, record: number): boolean {
    const stands = record !== 0 && this.ledger.stands(record);
    if (holds) return !stands;
    const place = index === this.movedTo ? this.movedFrom : index;
    if (stands) this.retract(version, record, this.history.time(index), this.judged.text, place);
    return false;
  }

  /** The record of the entry's alert, or 0. */
  private find(version: CompiledVersion, index: number, group: Record<string, string>): number {
    const { history } = this;
    const at = history.at(index);
    this.judged.load(history.words, at + ENTRY_ID, entryIdForm(history.words, at));
    for (const record of this.ledger.of(history.account, history.time(index), this.judged)) {
      if (this.ledger.ruleIndex(record) !== version.ruleIndex) continue;
      if (sameGroup(this.ledger.details(record).group, group)) return record;
    }
    return 0;
  }

  private raise(version: CompiledVersion, index: number, record: number, details: AlertDetails): void {
    const { history } = this;
    const at = history.at(index);
    const time = history.time(index);
    this.judged.load(history.words, at + ENTRY_ID, entryIdForm(history.words, at));
    const ref =
      record === 0 ? this.ledger.add(history.account, time, this.judged, version.ruleIndex) : record;
    const revision = this.ledger.raise(ref, version.uid, details);
    setEntryHasAlerts(history.words, at, true);
    this.raised++;
    this.push('raised', version, revision, time, this.judged.text, index, details);
  }

  private retract(
    version: CompiledVersion,
    record: number,
    time: number,
    eventId: string,
    place: number,
  ): void {
    const details = withAccount(this.ledger.details(record), this.source.accountId);
    this.ledger.retract(record);
    this.retracted++;
    this.push('retracted', version, this.ledger.revision(record), time, eventId, place, details);
  }

  private push(
    kind: AlertDecision['kind'],
    compiled: CompiledVersion,
    revision: number,
    eventTime: number,
    eventId: string,
    place: number,
    details: AlertDetails,
  ): void {
    const { rule, version } = compiled.version;
    const { accountId, shard, sequence, loggedAt } = this.source;
    const decision: AlertDecision = {
      alertId: alertId(rule.id, details.group, accountId, eventTime, eventId),
      kind,
      revision,
      rule: { id: rule.id, version, type: rule.type },
      shadow: rule.state === 'shadow',
      severity: rule.severity,
      accountId,
      group: details.group,
      eventId,
      eventTime,
      reason: details.reason,
      observed: details.observed,
      evidence: details.evidence,
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

function sameGroup(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const fields = Object.keys(a);
  return fields.length === Object.keys(b).length && fields.every((field) => a[field] === b[field]);
}
