/**
 * The lane: events of many requests go to the log in frames, one frame in flight at a time.
 *
 * It owns the frames that wait and the one in flight; its caller owns the requests and what they are answered.
 *
 * Invariants:
 * 1. At most one frame is in flight. It leaves as soon as the one before it is settled; no timer ever delays it.
 * 2. Events leave in the order in which they were submitted.
 * 3. A sequence is given to a frame when it leaves, and never again: a frame that was given up leaves a hole, and
 *    readers drop it should it be stored after its successor.
 * 4. What waits is bounded in bytes; beyond the bound a submission is refused before any of it is taken.
 * 5. Every submission is settled exactly once: stored when all of its events are, else with what became of the first
 *    frame that failed.
 */
import { type AccountEvent, FrameBuilder, type FrameHeader } from '#contracts';
import type { PublishOutcome } from '../publish-outcome.js';
import {
  type FramePort,
  type SealedFrame,
  type SendClock,
  type SendSettings,
  sendUntilKnown,
} from './send-frame.js';

export type SubmitOutcome =
  | { readonly kind: 'stored' }
  | {
      /** `busy`: too much waits already; `closed`: the process is stopping; the others are the log's answers. */
      readonly kind: 'busy' | 'closed' | 'full' | 'unavailable' | 'unknown';
      readonly message: string;
    };

type Refusal = Exclude<SubmitOutcome, { kind: 'stored' }>;

export interface LaneSettings extends SendSettings {
  /** Names the lane in every frame's source mark; no two processes may share (source, epoch). */
  readonly source: string;
  readonly epoch: number;
  readonly shardCount: number;
  readonly subject: string;
  readonly tickSubject: string;
  /** Bound on the bytes that wait or are in flight. */
  readonly maxHeldBytes: number;
}

/** Told what the lane does; for metrics. */
export interface LaneObserver {
  frameSettled(outcome: PublishOutcome['kind'], events: number, bytes: number, elapsedMs: number): void;
}

interface Submission {
  /** Frames that hold events of it and are not settled yet. */
  framesLeft: number;
  settled: boolean;
  readonly settle: (outcome: SubmitOutcome) => void;
}

interface WaitingFrame {
  readonly subject: string;
  readonly builder: FrameBuilder;
  readonly submissions: Submission[];
  /** Receipt of its oldest event, epoch milliseconds. */
  receivedAt: number;
}

const STORED: SubmitOutcome = { kind: 'stored' };
const SPARE_BUILDERS = 4;

export class Lane {
  private readonly waiting: WaitingFrame[] = [];
  private readonly spare: FrameBuilder[] = [];
  private inFlight: WaitingFrame | null = null;
  private inFlightBytes = 0;
  private waitingBytes = 0;
  private sequence = 0;
  private closed = false;
  private idleWaiters: (() => void)[] = [];
  private storedAt: number;

  constructor(
    private readonly settings: LaneSettings,
    private readonly port: FramePort,
    private readonly clock: SendClock,
    private readonly observer: LaneObserver | null = null,
  ) {
    this.storedAt = clock.now();
  }

  /** Bytes of the frames that wait or are in flight. */
  get heldBytes(): number {
    return this.waitingBytes + this.inFlightBytes;
  }

  /** When the log last acknowledged a frame of this lane, by the lane's clock; its making until then. */
  get lastStoredAt(): number {
    return this.storedAt;
  }

  /**
   * Takes events into the lane. `receivedAt` is their receipt in epoch milliseconds, `sizeHint` about how many bytes
   * they are. Resolves when the log has stored all of them, or has not. Never rejects.
   */
  submit(events: readonly AccountEvent[], receivedAt: number, sizeHint: number): Promise<SubmitOutcome> {
    const refusal = this.refusalOf(sizeHint);
    if (refusal !== null) return Promise.resolve(refusal);
    if (events.length === 0) return Promise.resolve(STORED);
    return new Promise((settle) => {
      const submission: Submission = { framesLeft: 0, settled: false, settle };
      this.addAll(events, receivedAt, submission);
      this.pump();
    });
  }

  /**
   * Makes sure that something of this lane reaches the log now: an empty frame when nothing else is under way. So
   * time passes on an idle log, and readiness learns whether the log takes what it is given.
   */
  tick(receivedAt: number): Promise<SubmitOutcome> {
    if (this.closed) return Promise.resolve(this.closedRefusal());
    return new Promise((settle) => {
      const submission: Submission = { framesLeft: 1, settled: false, settle };
      if (this.inFlight !== null) {
        this.inFlight.submissions.push(submission);
        return;
      }
      this.openFrame(this.settings.tickSubject, receivedAt).submissions.push(submission);
      this.pump();
    });
  }

  /** Takes nothing more; resolves when all that was taken is settled. */
  close(): Promise<void> {
    this.closed = true;
    if (this.inFlight === null) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private refusalOf(sizeHint: number): Refusal | null {
    if (this.closed) return this.closedRefusal();
    const { maxHeldBytes } = this.settings;
    if (this.heldBytes === 0 || this.heldBytes + sizeHint <= maxHeldBytes) return null;
    const message = `${this.heldBytes} bytes wait for the log and ${sizeHint} more would pass the bound of ${maxHeldBytes}`;
    return { kind: 'busy', message };
  }

  private closedRefusal(): Refusal {
    return { kind: 'closed', message: 'the service is stopping and takes nothing more' };
  }

  private addAll(events: readonly AccountEvent[], receivedAt: number, submission: Submission): void {
    const { subject } = this.settings;
    let frame = this.lastWaiting() ?? this.openFrame(subject, receivedAt);
    for (const event of events) {
      if (!this.addTo(frame, event)) {
        // An empty frame takes any event.
        frame = this.openFrame(subject, receivedAt);
        this.addTo(frame, event);
      }
      this.join(frame, submission, receivedAt);
    }
  }

  private addTo({ builder }: WaitingFrame, event: AccountEvent): boolean {
    const before = builder.byteLength;
    const added = builder.tryAdd(event);
    this.waitingBytes += builder.byteLength - before;
    return added;
  }

  private join(frame: WaitingFrame, submission: Submission, receivedAt: number): void {
    if (frame.submissions.at(-1) === submission) return;
    frame.submissions.push(submission);
    frame.receivedAt = Math.min(frame.receivedAt, receivedAt);
    submission.framesLeft += 1;
  }

  private lastWaiting(): WaitingFrame | null {
    const last = this.waiting.at(-1);
    return last !== undefined && last.subject === this.settings.subject ? last : null;
  }

  private openFrame(subject: string, receivedAt: number): WaitingFrame {
    const builder = this.spare.pop() ?? new FrameBuilder(this.settings.shardCount);
    const frame = { subject, builder, submissions: [], receivedAt };
    this.waiting.push(frame);
    this.waitingBytes += builder.byteLength;
    return frame;
  }

  /** Invariant 1: called whenever a frame was added and whenever one was settled. */
  private pump(): void {
    while (this.inFlight === null) {
      const frame = this.waiting.shift();
      if (frame === undefined) break;
      this.waitingBytes -= frame.builder.byteLength;
      // All of its requests were answered already, when an earlier frame of theirs failed: they will come again.
      if (frame.submissions.every((submission) => submission.settled)) continue;
      void this.send(frame);
    }
    if (this.inFlight === null) this.releaseIdleWaiters();
  }

  private async send(frame: WaitingFrame): Promise<void> {
    this.inFlight = frame;
    const events = frame.builder.count;
    const sealed = this.seal(frame);
    this.inFlightBytes = sealed.data.length;
    const startedAt = this.clock.now();
    const outcome = await sendUntilKnown(this.port, this.clock, sealed, this.settings);
    const now = this.clock.now();
    if (outcome.kind === 'stored') this.storedAt = now;
    this.observer?.frameSettled(outcome.kind, events, sealed.data.length, now - startedAt);
    this.inFlight = null;
    this.inFlightBytes = 0;
    if (this.spare.length < SPARE_BUILDERS) this.spare.push(frame.builder);
    this.settleFrame(frame, outcome);
    this.pump();
  }

  /** Invariant 3. */
  private seal(frame: WaitingFrame): SealedFrame {
    const { source, epoch } = this.settings;
    this.sequence += 1;
    const header: FrameHeader = {
      source,
      epoch,
      sequence: this.sequence,
      receivedAt: frame.receivedAt,
      upstream: null,
    };
    const msgId = `${source}:${epoch}:${this.sequence}`;
    return { subject: frame.subject, data: frame.builder.finish(header), msgId };
  }

  private settleFrame(frame: WaitingFrame, outcome: PublishOutcome): void {
    for (const submission of frame.submissions) {
      submission.framesLeft -= 1;
      if (outcome.kind !== 'stored') this.settle(submission, refusalFor(outcome));
      else if (submission.framesLeft === 0) this.settle(submission, STORED);
    }
  }

  /** Invariant 5. */
  private settle(submission: Submission, outcome: SubmitOutcome): void {
    if (submission.settled) return;
    submission.settled = true;
    submission.settle(outcome);
  }

  private releaseIdleWaiters(): void {
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

function refusalFor(outcome: Exclude<PublishOutcome, { kind: 'stored' }>): Refusal {
  // Nobody else writes under a lane's ids and it expects no sequence, so a conflict is a fault of the log's side.
  if (outcome.kind === 'conflict') return { kind: 'unavailable', message: outcome.message };
  return outcome;
}
