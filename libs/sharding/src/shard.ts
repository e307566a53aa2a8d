/**
 * One shard in one process: its actors (the fold), its outputs, and where it stands in its life.
 *
 * Owns the decision whether something that the fold decided has to be sent. The host owns the log's reader and
 * the order of the steps; `ShardState` says which order is legal.
 */
import {
  type AlertDecision,
  alertMessageId,
  alertSubject,
  decodeAlert,
  encodeAlert,
  encodeLate,
  type LateDecision,
  lateMessageId,
  lateSubject,
  shadowAlertSubject,
} from '#contracts';
import type { DecisionSink, ShardFold } from '#engine';
import type { FoldPlace, FoldTarget } from './log-fold.js';
import { Outbox, type Outgoing, type OutboxSettings } from './outbox.js';
import { persist, type Persistence } from './persist.js';
import type { OutputStream, PublishOutcome, StoredOutput, Tenure } from './ports.js';
import { alertIdOf, type Orphan, ReadBack } from './read-back.js';
import { type ShardPhase, ShardState } from './shard-state.js';

export type OutputName = OutputStream['name'];

/** Told what a shard does; for metrics and the host. */
export interface ShardObserver {
  phaseChanged(shard: number, from: ShardPhase, to: ShardPhase): void;
  /** A decision that is sent; those that were read back are not. */
  alertDecided(decision: AlertDecision): void;
  lateDecided(decision: LateDecision): void;
  /** A decision of the replay that a former run had stored. */
  suppressed(output: OutputName): void;
  /** `live`: decided after the shard caught up. */
  stored(output: OutputName, loggedAt: number, receivedAt: number, live: boolean): void;
  attemptFailed(output: OutputName, kind: Exclude<PublishOutcome['kind'], 'stored'>, message: string): void;
  /** Stored by a former run and not made by the replay; `retracted` of them are being taken back. */
  orphansFound(output: OutputName, orphans: number, retracted: number): void;
  /** Another process owns the shard now. */
  fenced(shard: number, output: OutputName, holder: Tenure): void;
}

export interface ShardParts {
  readonly shard: number;
  readonly fold: ShardFold;
  readonly outputs: Readonly<Record<OutputName, OutputStream>>;
  readonly place: FoldPlace;
  readonly persistence: Persistence;
  readonly observer: ShardObserver;
  readonly outbox: OutboxSettings;
}

interface ShardOutgoing extends Outgoing {
  readonly receivedAt: number;
  readonly live: boolean;
}

interface Channel {
  readonly stream: OutputStream;
  readonly readBack: ReadBack;
  claimSequence: number;
  outbox: Outbox | null;
}

const NAMES: readonly OutputName[] = ['alerts', 'late'];

export class Shard implements FoldTarget {
  readonly shard: number;
  readonly fold: ShardFold;
  readonly sink: DecisionSink;
  private readonly state: ShardState;
  private readonly channels: Readonly<Record<OutputName, Channel>>;

  constructor(private readonly parts: ShardParts) {
    this.shard = parts.shard;
    this.fold = parts.fold;
    this.sink = { alert: (decision) => this.alert(decision), late: (decision) => this.late(decision) };
    this.state = new ShardState(parts.shard, (from, to) =>
      parts.observer.phaseChanged(parts.shard, from, to),
    );
    this.channels = {
      alerts: {
        stream: parts.outputs.alerts,
        readBack: new ReadBack(alertIdOf),
        claimSequence: 0,
        outbox: null,
      },
      late: {
        stream: parts.outputs.late,
        readBack: new ReadBack((id) => id),
        claimSequence: 0,
        outbox: null,
      },
    };
  }

  get phase(): ShardPhase {
    return this.state.phase;
  }

  /** Messages that wait or are in flight. */
  get held(): number {
    return (this.channels.alerts.outbox?.depth ?? 0) + (this.channels.late.outbox?.depth ?? 0);
  }

  /** Where this shard's claim lies in an output; what a former owner stored lies before it. */
  claimSequence(output: OutputName): number {
    return this.channels[output].claimSequence;
  }

  /** `claiming`, then `restoring`, or `fenced` when somebody with a newer tenure was there first. */
  async claim(tenure: Tenure): Promise<void> {
    this.state.enter('claiming');
    await Promise.all(NAMES.map((name) => this.claimOutput(name, tenure)));
    if (this.phase === 'claiming' && !this.parts.persistence.stopped()) this.state.enter('restoring');
  }

  /** Something that lies in an output, whoever stored it. */
  readBack(output: OutputName, stored: StoredOutput): void {
    const channel = this.channels[output];
    if (stored.shard === this.shard && stored.sequence < channel.claimSequence) channel.readBack.add(stored);
  }

  /**
   * The replay has passed everything that a former owner can have seen. `wholeLog`: the log was replayed from its
   * first message on; otherwise what the replay did not make may rest on what was trimmed, and nothing is taken back.
   */
  async finishRestoring(wholeLog: boolean): Promise<void> {
    const alerts = this.channels.alerts.readBack.finish();
    const late = this.channels.late.readBack.finish();
    const retracted = wholeLog ? await this.retract(alerts.unsupported) : 0;
    if (alerts.orphans > 0) this.parts.observer.orphansFound('alerts', alerts.orphans, retracted);
    if (late.orphans > 0) this.parts.observer.orphansFound('late', late.orphans, 0);
    if (this.phase === 'restoring') this.state.enter('running');
  }

  /** Resolves when at most `limit` messages of one output are held, or nothing will be sent any more. */
  async heldAtMost(limit: number): Promise<void> {
    await Promise.all(NAMES.map((name) => this.channels[name].outbox?.heldAtMost(limit)));
  }

  /** Finishes what is in flight and lets the shard go. The log's reader has stopped. */
  async drain(): Promise<void> {
    if (this.phase === 'unowned' || this.phase === 'fenced') return;
    this.state.enter('draining');
    await this.heldAtMost(0);
    this.close();
    if (this.phase === 'draining') this.state.enter('unowned');
  }

  /** Sends nothing any more; for a process that ends at once. */
  close(): void {
    for (const name of NAMES) this.channels[name].outbox?.close();
  }

  private async claimOutput(name: OutputName, tenure: Tenure): Promise<void> {
    const channel = this.channels[name];
    const what = `Claiming ${name} of shard ${this.shard}`;
    const outcome = await persist(what, this.parts.persistence, async () => {
      const claimed = await channel.stream.claim(this.shard, tenure);
      if (claimed.kind === 'unavailable') throw new Error(claimed.message);
      return claimed;
    });
    if (outcome === null) return;
    if (outcome.kind === 'refused') {
      this.fence(name, outcome.holder);
      return;
    }
    channel.claimSequence = outcome.sequence;
    const { observer, outbox, persistence } = this.parts;
    channel.outbox = new Outbox(
      channel.stream,
      { shard: this.shard, tenure, claimSequence: outcome.sequence },
      {
        stored: (message) => {
          const { loggedAt, receivedAt, live } = message as ShardOutgoing;
          observer.stored(name, loggedAt, receivedAt, live);
        },
        attemptFailed: (kind, message) => observer.attemptFailed(name, kind, message),
        fenced: (holder) => this.fence(name, holder),
      },
      persistence.time,
      outbox,
    );
  }

  private fence(output: OutputName, holder: Tenure): void {
    this.close();
    if (this.phase === 'fenced' || this.phase === 'unowned') return;
    this.state.enter('fenced');
    this.parts.observer.fenced(this.shard, output, holder);
    this.state.enter('unowned');
  }

  private alert(decision: AlertDecision): void {
    const msgId = alertMessageId(decision);
    const channel = this.channels.alerts;
    if (channel.readBack.take(msgId)) {
      this.parts.observer.suppressed('alerts');
      return;
    }
    this.parts.observer.alertDecided(decision);
    this.sendAlert(decision, msgId);
  }

  private sendAlert(decision: AlertDecision, msgId: string): void {
    const { shadow, ...message } = decision;
    const detectedAt = this.parts.persistence.time.wallMs();
    const { headers, body } = encodeAlert({ ...message, ...(shadow ? { shadow } : {}), detectedAt });
    const subjectOf = shadow ? shadowAlertSubject : alertSubject;
    const subject = subjectOf(decision.rule.id, decision.accountId);
    this.send('alerts', {
      subject,
      msgId,
      headers,
      data: body,
      key: decision.alertId,
      loggedAt: decision.loggedAt,
    });
  }

  private late(decision: LateDecision): void {
    const msgId = lateMessageId(decision);
    if (this.channels.late.readBack.take(msgId)) {
      this.parts.observer.suppressed('late');
      return;
    }
    this.parts.observer.lateDecided(decision);
    const { headers, body } = encodeLate(decision);
    const subject = lateSubject(decision.accountId);
    this.send('late', { subject, msgId, headers, data: body, key: msgId, loggedAt: decision.loggedAt });
  }

  private send(output: OutputName, message: Outgoing): void {
    const outgoing: ShardOutgoing = {
      ...message,
      receivedAt: this.parts.place.receivedAt,
      live: this.phase === 'running',
    };
    this.channels[output].outbox?.enqueue(outgoing);
  }

  /** Takes back what stands in the output without the log's support. Returns how many were. */
  private async retract(unsupported: readonly Orphan[]): Promise<number> {
    let retracted = 0;
    for (const orphan of unsupported) {
      const what = `Reading alert ${orphan.msgId} of shard ${this.shard}`;
      const body = await persist(what, this.parts.persistence, () =>
        this.channels.alerts.stream.body(orphan.sequence),
      );
      if (body === null) continue;
      const decision = this.retractionOf(body, orphan);
      if (decision === null) continue;
      this.sendAlert(decision, alertMessageId(decision));
      retracted += 1;
    }
    return retracted;
  }

  /** Null when what lies there is no raising: a retraction stands as it is. */
  private retractionOf(body: Uint8Array, orphan: Orphan): AlertDecision | null {
    try {
      const { shadow, ...alert } = decodeAlert(body);
      return alert.kind === 'raised' ? { ...alert, kind: 'retracted', shadow: shadow === true } : null;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.parts.persistence.journal.error(
        { ...orphan, reason },
        'A stored alert cannot be read, and stays as it is',
      );
      return null;
    }
  }
}
