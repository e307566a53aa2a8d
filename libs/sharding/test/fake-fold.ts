import type { AccountEvent, AlertDecision, RuleVersion } from '#contracts';
import type { DecisionSink, EngineCounters, ShardFold } from '#engine';

/** Decides by event type alone: `alarm` raises, `calm` retracts what the same account raised last, `boom` throws. */
export class FakeFold implements ShardFold {
  readonly watermarkMs = -Infinity;
  readonly disorderBoundMs = 0;
  readonly applied: string[] = [];
  readonly rules: RuleVersion[] = [];
  private place = { seq: 0, loggedAt: 0 };
  private readonly standing = new Map<string, AlertDecision>();
  private readonly revisions = new Map<string, number>();

  constructor(
    readonly shard: number,
    /** Event types that count as `alarm`: another version of the program may know others. */
    private readonly alarms: readonly string[] = ['alarm'],
  ) {}

  get counters(): EngineCounters {
    const none = {
      duplicates: 0,
      corrections: 0,
      outOfOrder: 0,
      late: 0,
      alertsRaised: 0,
      alertsRetracted: 0,
    };
    return { ...none, eventsIn: this.applied.length, historyCapped: 0, accounts: 0, entries: 0 };
  }

  beginMessage(sequence: number, logTimeMs: number): void {
    this.place = { seq: sequence, loggedAt: logTimeMs };
  }

  applyRule(version: RuleVersion): void {
    this.rules.push(version);
  }

  applyEvent(event: AccountEvent, index: number, sink: DecisionSink): void {
    if (event.eventType === 'boom') throw new Error(`cannot judge ${event.eventId}`);
    this.applied.push(event.eventId);
    if (this.alarms.includes(event.eventType)) this.raise(event, sink);
    else if (event.eventType === 'calm') this.retract(event.accountId, sink);
    else if (event.eventType === 'late') this.late(event, index, sink);
  }

  private raise(event: AccountEvent, sink: DecisionSink): void {
    const alertId = `alert-${event.accountId}`;
    const revision = (this.revisions.get(alertId) ?? 0) + 1;
    this.revisions.set(alertId, revision);
    const decision: AlertDecision = {
      alertId,
      kind: 'raised',
      revision,
      rule: { id: 'demo', version: 1, type: 'multi-country' },
      shadow: false,
      severity: 'high',
      accountId: event.accountId,
      group: { accountId: event.accountId },
      eventId: event.eventId,
      eventTime: event.eventTime,
      reason: 'An alarm.',
      observed: { conditions: [] },
      evidence: { events: [], count: 0 },
      source: { shard: this.shard, seq: this.place.seq },
      loggedAt: this.place.loggedAt,
    };
    this.standing.set(event.accountId, decision);
    sink.alert(decision);
  }

  private retract(accountId: string, sink: DecisionSink): void {
    const raised = this.standing.get(accountId);
    if (raised === undefined) return;
    this.standing.delete(accountId);
    const source = { shard: this.shard, seq: this.place.seq };
    sink.alert({ ...raised, kind: 'retracted', source, loggedAt: this.place.loggedAt });
  }

  private late({ accountId, eventId, eventTime }: AccountEvent, index: number, sink: DecisionSink): void {
    const source = { shard: this.shard, seq: this.place.seq, index };
    sink.late({
      accountId,
      eventId,
      eventTime,
      rules: [{ id: 'demo', version: 1 }],
      source,
      loggedAt: this.place.loggedAt,
    });
  }
}
