/**
 * One tenure as the reader of `INTAKE`: from a claim to the moment when somebody else writes, something fails, or
 * the process stops.
 *
 * It owns the frame being filled and the one in flight; who holds the claim, and what comes after, is decided by
 * its owner.
 *
 * Invariants:
 * 1. Each frame is stored only behind the frame before it of this tenure: whoever else writes ends the tenure, and
 *    nothing of it is stored after that.
 * 2. `mark` says what is covered once the frame being filled is stored; it changes together with the frame.
 * 3. A frame leaves only after the dead letters of all messages that it reaches into are stored.
 * 4. One frame is in flight at a time; the next is filled meanwhile, and leaves as soon as the one before is stored.
 */
import { FRAME_SUBJECTS, FrameBuilder, type UpstreamMark } from '#contracts';
import {
  type LogMessage,
  type PublishOutcome,
  type SendClock,
  type SendSettings,
  sendUntilKnown,
} from '#jetstream';
import type { DeadLetterOutcome, DeadLetterWriter } from '../dead-letters/dead-letter-writer.js';
import { toDeadLetters } from '../dead-letters/to-dead-letters.js';
import type { IngestMetrics } from '../ingest-metrics.js';
import type { LogRoom } from '../log/log-room.js';
import { decodeIntakeMessage, type IntakeLimits } from './decode-intake-message.js';
import type { IntakeCleaner } from './intake-cleaner.js';
import type { IntakePort } from './intake-port.js';

/** The name of the intake in source marks. One at a time writes under it, so it needs no other. */
export const INTAKE_SOURCE = 'intake';

/** `fenced`: another process has written; `failed`: to be tried again. */
export type TenureEnd =
  { readonly kind: 'fenced' | 'stopped' } | { readonly kind: 'failed'; readonly message: string };

export interface Claim {
  readonly epoch: number;
  /** The place in the log of the frame that made the claim. */
  readonly logSequence: number;
  readonly mark: UpstreamMark;
  /** Where to read on. */
  readonly sequence: number;
  readonly skipItems: number;
  /** Dead letters of that message and later ones that are stored already. */
  readonly storedLetters: ReadonlySet<string>;
}

export interface TenureParts {
  readonly port: IntakePort;
  readonly clock: SendClock;
  readonly send: SendSettings;
  readonly limits: IntakeLimits;
  readonly shardCount: number;
  readonly deadLetters: DeadLetterWriter;
  readonly room: Pick<LogRoom, 'available' | 'written'>;
  readonly cleaner: Pick<IntakeCleaner, 'covered'>;
  readonly metrics: Pick<IngestMetrics, 'bodyDecoded' | 'frameSettled'>;
  /** Called when the log has stored a frame. */
  readonly onStored: () => void;
}

const ROOM_CHECK_MS = 200;
/** A process that stood still this long must not write dead letters before it knows that it is still the reader. */
const CONFIRM_AFTER_MS = 30_000;

export class Tenure {
  private readonly builder: FrameBuilder;
  private mark: UpstreamMark;
  private sentMark: UpstreamMark;
  private storedMark: UpstreamMark;
  private receivedAt = Infinity;
  private letters: Promise<DeadLetterOutcome>[] = [];
  private inFlight: Promise<void> | null = null;
  private onFrameLeft: () => void = () => undefined;
  private sequence = 1;
  private expected: number;
  private confirmedAt: number;
  private stopping = false;
  private end: TenureEnd | null = null;
  private readonly ended: Promise<TenureEnd>;
  private resolveEnded!: (end: TenureEnd) => void;

  constructor(
    private readonly parts: TenureParts,
    private readonly claim: Claim,
  ) {
    this.builder = new FrameBuilder(parts.shardCount);
    this.mark = this.sentMark = this.storedMark = claim.mark;
    this.expected = claim.logSequence;
    this.confirmedAt = parts.clock.now();
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
  }

  /** Up to where the log covers the intake. */
  get coveredTo(): number {
    return coveredBy(this.storedMark);
  }

  /** Resolves with the end, when nothing of this tenure is under way any more. Never rejects. */
  async run(): Promise<TenureEnd> {
    const reading = this.parts.port.read(this.claim.sequence, (messages) => this.takeAll(messages));
    reading.failed.catch((error: Error) => this.finish({ kind: 'failed', message: error.message }));
    const end = await this.ended;
    await reading.stop().catch(() => undefined);
    await this.inFlight;
    await Promise.all(this.letters);
    return end;
  }

  /** Takes no more messages, stores what was taken, and ends. */
  async stop(): Promise<void> {
    this.stopping = true;
    while (this.end === null && (this.inFlight !== null || this.hasUnsent)) {
      this.pump();
      await this.inFlight;
    }
    this.finish({ kind: 'stopped' });
  }

  private finish(end: TenureEnd): void {
    this.end ??= end;
    this.onFrameLeft();
    this.resolveEnded(this.end);
  }

  private get hasUnsent(): boolean {
    return this.mark !== this.sentMark;
  }

  private async takeAll(messages: LogMessage[]): Promise<void> {
    for (const message of messages) {
      if (this.end !== null || this.stopping) return;
      await this.take(message);
    }
    this.pump();
  }

  private async take(message: LogMessage): Promise<void> {
    const { sequence, timeMs } = message;
    const skip = sequence === this.claim.sequence ? this.claim.skipItems : 0;
    const { events, eventIndexes, rejected, items } = decodeIntakeMessage(message, this.parts.limits);
    this.parts.metrics.bodyDecoded('intake', events.length, rejected);
    if (rejected.length > 0) this.refuse(message, rejected);
    for (let i = 0; i < events.length; i++) {
      const index = eventIndexes[i];
      if (index < skip) continue;
      while (!this.builder.tryAdd(events[i])) if (!(await this.frameLeft())) return;
      this.receivedAt = Math.min(this.receivedAt, timeMs);
      this.mark = { sequence, items: index + 1, complete: false };
    }
    this.mark = { sequence, items, complete: true };
    this.receivedAt = Math.min(this.receivedAt, timeMs);
  }

  /** Resolves when the frame being filled has left: true; or the tenure has ended. */
  private async frameLeft(): Promise<boolean> {
    const left = new Promise<void>((resolve) => (this.onFrameLeft = resolve));
    this.pump();
    if (this.end === null) await left;
    return this.end === null;
  }

  private refuse(message: LogMessage, rejected: Parameters<typeof toDeadLetters>[0]): void {
    const letters = toDeadLetters(rejected, {
      idPrefix: `${INTAKE_SOURCE}:${message.sequence}`,
      source: { kind: 'nats', name: message.subject, sequence: message.sequence },
      receivedAt: message.timeMs,
    }).filter(({ id }) => !this.claim.storedLetters.has(id));
    if (letters.length > 0) this.letters.push(this.writeLetters(letters));
  }

  private async writeLetters(letters: ReturnType<typeof toDeadLetters>): Promise<DeadLetterOutcome> {
    const { clock, deadLetters, port } = this.parts;
    if (clock.now() - this.confirmedAt > CONFIRM_AFTER_MS) {
      const last = await port.lastFrame().catch(() => null);
      if (last?.epoch !== this.claim.epoch)
        return { kind: 'conflict', message: 'another process reads the intake' };
      this.confirmedAt = clock.now();
    }
    return deadLetters.write(letters);
  }

  /** Invariant 4: called when something was taken and when a frame was settled. */
  private pump(): void {
    if (this.inFlight !== null || this.end !== null || !this.hasUnsent) return;
    this.inFlight = this.send().then(() => {
      this.inFlight = null;
      this.pump();
    });
  }

  private async send(): Promise<void> {
    if (!(await this.mayLeave())) return;
    const { clock, metrics, port, send } = this.parts;
    const { mark } = this;
    const events = this.builder.count;
    const data = this.seal(mark);
    const frame = {
      subject: FRAME_SUBJECTS.intake,
      data,
      msgId: `${INTAKE_SOURCE}:${this.claim.epoch}:${this.sequence}`,
      expectLastSubjectSequence: this.expected,
    };
    const startedAt = clock.now();
    const outcome = await sendUntilKnown(port.frames, clock, frame, send);
    metrics.frameSettled('intake', outcome.kind, events, data.length, clock.now() - startedAt);
    if (outcome.kind === 'stored') this.stored(outcome.sequence, mark, data.length);
    else this.finish(endFor(outcome));
  }

  private seal(mark: UpstreamMark): Uint8Array {
    this.sequence += 1;
    const { receivedAt } = this;
    this.receivedAt = Infinity;
    const { epoch } = this.claim;
    this.sentMark = mark;
    this.onFrameLeft();
    return this.builder.finish({
      source: INTAKE_SOURCE,
      epoch,
      sequence: this.sequence,
      receivedAt,
      upstream: mark,
    });
  }

  /** Invariant 3, and there is room in the log. False when the tenure ended meanwhile. */
  private async mayLeave(): Promise<boolean> {
    while (this.end === null) {
      if (this.letters.length > 0) {
        const outcomes = await Promise.all(this.letters.splice(0));
        const failure = outcomes.find((outcome) => outcome.kind !== 'stored');
        if (failure !== undefined) this.finish(endFor(failure));
      } else if (this.parts.room.available) {
        return true;
      } else if (this.stopping) {
        this.finish({ kind: 'stopped' });
      } else {
        await this.parts.clock.pause(ROOM_CHECK_MS);
      }
    }
    return false;
  }

  private stored(logSequence: number, mark: UpstreamMark, bytes: number): void {
    this.expected = logSequence;
    this.confirmedAt = this.parts.clock.now();
    this.parts.room.written(bytes);
    this.storedMark = mark;
    this.parts.cleaner.covered(coveredBy(mark));
    this.parts.onStored();
  }
}

function coveredBy({ sequence, complete }: UpstreamMark): number {
  return complete ? sequence : sequence - 1;
}

function endFor(outcome: Exclude<PublishOutcome | DeadLetterOutcome, { kind: 'stored' }>): TenureEnd {
  if (outcome.kind === 'conflict') return { kind: 'fenced' };
  return { kind: 'failed', message: `${outcome.kind}: ${outcome.message}` };
}
