/**
 * Runs shards in one process: claims them, restores them by replaying the log, folds what follows.
 *
 * Owns the one reader that all shards sit at, and the order of the steps. A shard owns what becomes of its
 * decisions; `LogFold` owns what a message means.
 *
 * Invariants:
 * 1. The outputs are read back, and the end of the log is asked for, only after every claim is stored: from then on
 *    nobody else adds to what a shard has stored, and what a former owner decided rests on the log up to that end.
 * 2. Messages are folded one after the other in the log's order, each once.
 * 3. What waits to be stored is bounded: beyond the bound folding pauses, and with it the reader.
 * 4. Folding never holds the process for longer than a bounded number of events.
 * 5. A shard that was lost is no longer folded, and nothing of it is sent; the others go on.
 */
import type { ShardFold } from '#engine';
import type { HostStatus } from './host-status.js';
import { LogFold } from './log-fold.js';
import { DEFAULT_OUTBOX_SETTINGS, type OutboxSettings } from './outbox.js';
import { persist, type Persistence } from './persist.js';
import type {
  DeadLetterBox,
  EventLog,
  Journal,
  LogMessage,
  LogSubscription,
  OutputStream,
  Ownership,
  SetAside,
  StreamBounds,
  Time,
} from './ports.js';
import { SetAsideQueue } from './set-aside-queue.js';
import { type OutputName, Shard, type ShardObserver } from './shard.js';
import type { ShardPhase } from './shard-state.js';
import { reportTo } from './shard-reporter.js';
import { SourceMarks } from './source-marks.js';

export interface HostSettings {
  readonly shardCount: number;
  /** The shards to run here. */
  readonly shards: readonly number[];
  /** Bound on the decisions that wait to be stored, over all shards. */
  readonly maxHeld: number;
  /** Events folded before everything else in the process gets its turn. */
  readonly eventsPerTurn: number;
  readonly outbox: OutboxSettings;
}

export const DEFAULT_HOST_SETTINGS: Omit<HostSettings, 'shardCount' | 'shards'> = {
  maxHeld: 8_192,
  eventsPerTurn: 1_000,
  outbox: DEFAULT_OUTBOX_SETTINGS,
};

/** Bound on the messages that wait to be set aside: they hold their bytes. */
const MAX_SET_ASIDE = 256;

export interface HostObserver extends ShardObserver {
  folded(events: number): void;
  setAside(reason: SetAside['reason']): void;
}

export interface HostPorts {
  readonly log: EventLog;
  readonly alerts: OutputStream;
  readonly late: OutputStream;
  readonly ownership: Ownership;
  readonly deadLetters: DeadLetterBox;
  readonly time: Time;
  readonly journal: Journal;
  readonly observer: HostObserver;
  /** An empty fold for a shard: its state before the log's first message. */
  createFold(shard: number): ShardFold;
}

export class ShardHost {
  private readonly shards: readonly Shard[];
  private readonly fold: LogFold;
  private readonly setAsides: SetAsideQueue;
  private readonly persistence: Persistence;
  private readonly reporter: ShardObserver;
  private readonly lost = new Set<number>();
  private subscription: LogSubscription | null = null;
  private stopping = false;
  private position = 0;
  private positionTimeMs = 0;
  private replay: StreamBounds = { first: 1, last: 0 };
  private restored = false;
  private mailbox = 0;
  private eventsThisTurn = 0;

  constructor(
    private readonly settings: HostSettings,
    private readonly ports: HostPorts,
  ) {
    this.persistence = { time: ports.time, journal: ports.journal, stopped: () => this.stopping };
    this.setAsides = new SetAsideQueue(ports.deadLetters, this.persistence);
    this.fold = new LogFold(settings.shardCount, new SourceMarks(), (letter) => this.setAside(letter));
    const { observer, journal, time } = ports;
    this.reporter = reportTo({ observer, journal, time, onFenced: (shard) => this.letGo(shard) });
    this.shards = settings.shards.map((shard) => this.createShard(shard));
  }

  /** Whether every shard that was asked for runs here and has caught up. */
  get running(): boolean {
    return this.shards.every((shard) => shard.phase === 'running');
  }

  /** Resolves when the shards are claimed and the log is being read; they run once the replay is done. */
  async start(): Promise<void> {
    await this.setAsides.prepare();
    await Promise.all(this.shards.map((shard) => this.claim(shard)));
    // Invariant 1.
    const bounds = await persist('Asking for the end of the log', this.persistence, () =>
      this.ports.log.bounds(),
    );
    if (bounds === null || !this.anyRestoring()) return;
    this.replay = bounds;
    await this.readBack('alerts', this.ports.alerts);
    await this.readBack('late', this.ports.late);
    if (this.stopping) return;
    for (const shard of this.shards) if (shard.phase === 'restoring') this.fold.add(shard);
    this.ports.journal.info({ from: bounds.first, until: bounds.last }, 'Replaying the log');
    this.position = bounds.first - 1;
    await this.finishRestoringIfDone();
    await this.open();
  }

  /** Stops reading, stores what was decided, and lets the shards go. May be called during `start`. */
  async stop(): Promise<void> {
    await this.subscription?.stop();
    this.subscription = null;
    await this.setAsides.heldAtMost(0);
    await Promise.all(this.shards.map((shard) => shard.drain()));
    this.stopping = true;
  }

  /** Gives up whatever is being tried; for a stop before the shards run, or one that takes too long. */
  abandon(): void {
    this.stopping = true;
    for (const shard of this.shards) shard.close();
  }

  status(): HostStatus {
    const phases: Record<ShardPhase, number> = {
      unowned: 0,
      claiming: 0,
      restoring: 0,
      running: 0,
      draining: 0,
      fenced: 0,
    };
    let disorderBoundMs = 0;
    let watermarkMs = Infinity;
    for (const { phase, fold } of this.shards) {
      phases[phase] += 1;
      disorderBoundMs = Math.max(disorderBoundMs, fold.disorderBoundMs);
      if (Number.isFinite(fold.watermarkMs)) watermarkMs = Math.min(watermarkMs, fold.watermarkMs);
    }
    return {
      phases,
      lost: [...this.lost],
      position: this.position,
      positionTimeMs: this.positionTimeMs,
      replayFrom: this.replay.first,
      replayUntil: this.replay.last,
      mailbox: this.mailbox,
      outbox: this.held(),
      deadLetters: this.setAsides.depth,
      copiesDropped: this.fold.copiesDropped,
      watermarkLagMs: watermarkMs === Infinity ? null : Math.max(0, this.positionTimeMs - watermarkMs),
      disorderBoundMs,
    };
  }

  /** The folds of the shards that run here, for counters. */
  folds(): readonly ShardFold[] {
    return this.shards.map(({ fold }) => fold);
  }

  private createShard(shard: number): Shard {
    const { alerts, late } = this.ports;
    return new Shard({
      shard,
      fold: this.ports.createFold(shard),
      outputs: { alerts, late },
      place: this.fold.place,
      persistence: this.persistence,
      observer: this.reporter,
      outbox: this.settings.outbox,
    });
  }

  private async claim(shard: Shard): Promise<void> {
    const what = `Asking for the tenure of shard ${shard.shard}`;
    const tenure = await persist(what, this.persistence, () => this.ports.ownership.tenure(shard.shard));
    if (tenure !== null) await shard.claim(tenure);
  }

  private async readBack(output: OutputName, stream: OutputStream): Promise<void> {
    const restoring = new Map(this.shards.filter((s) => s.phase === 'restoring').map((s) => [s.shard, s]));
    const last = Math.max(0, ...[...restoring.values()].map((shard) => shard.claimSequence(output) - 1));
    let messages = 0;
    await persist(`Reading back ${output}`, this.persistence, async () => {
      const { first } = await stream.bounds();
      await stream.readBack(first, last, (stored) => {
        messages += 1;
        restoring.get(stored.shard)?.readBack(output, stored);
      });
    });
    this.ports.journal.info({ output, messages }, 'Read back what is stored');
  }

  private async open(): Promise<void> {
    const from = this.position + 1;
    const handler = (messages: readonly LogMessage[]) => this.deliver(messages);
    const open = () => this.ports.log.open(from, handler);
    const subscription = await persist('Opening the log', this.persistence, open);
    if (subscription === null) return;
    if (this.stopping) await subscription.stop();
    else this.subscription = subscription;
  }

  /** Invariants 2, 3 and 4. */
  private async deliver(messages: readonly LogMessage[]): Promise<void> {
    for (let i = 0; i < messages.length && !this.stopping; i++) {
      this.mailbox = messages.length - i;
      const message = messages[i];
      if (message.sequence <= this.position) continue;
      const events = this.fold.apply(message);
      this.position = message.sequence;
      this.positionTimeMs = message.timeMs;
      this.eventsThisTurn += events + 1;
      if (events > 0) this.ports.observer.folded(events);
      if (!this.restored) await this.finishRestoringIfDone();
      if (this.held() > this.settings.maxHeld || this.setAsides.depth > MAX_SET_ASIDE) await this.makeRoom();
      if (this.eventsThisTurn >= this.settings.eventsPerTurn) {
        this.eventsThisTurn = 0;
        await this.ports.time.yield();
      }
    }
    this.mailbox = 0;
  }

  private async finishRestoringIfDone(): Promise<void> {
    if (this.position < this.replay.last) return;
    this.restored = true;
    const wholeLog = this.replay.first <= 1;
    await Promise.all(
      this.shards
        .filter(({ phase }) => phase === 'restoring')
        .map((shard) => shard.finishRestoring(wholeLog)),
    );
    this.ports.journal.info({ position: this.position }, 'The replay is done');
  }

  /** Invariant 3: down to half the bound, so that folding does not stop and go at every message. */
  private async makeRoom(): Promise<void> {
    await this.setAsides.heldAtMost(MAX_SET_ASIDE / 2);
    while (!this.stopping && this.held() > this.settings.maxHeld / 2) {
      const fullest = this.shards.reduce((a, b) => (b.held > a.held ? b : a));
      await fullest.heldAtMost(Math.floor(fullest.held / 4));
    }
  }

  private held(): number {
    let held = 0;
    for (const shard of this.shards) held += shard.held;
    return held;
  }

  private setAside(letter: SetAside): void {
    const { reason, message, subject, sequence, index } = letter;
    this.ports.observer.setAside(reason);
    this.ports.journal.error({ reason, subject, sequence, index }, `Set aside: ${message}`);
    this.setAsides.add(letter);
  }

  /** Invariant 5. */
  private letGo(shard: number): void {
    this.fold.remove(shard);
    this.lost.add(shard);
  }

  private anyRestoring(): boolean {
    return this.shards.some(({ phase }) => phase === 'restoring');
  }
}
