/**
 * Forwards `INTAKE` into the log, with exactly one process at a time doing so however many there are.
 *
 * Modes: `claiming` → `forwarding` → `claiming` (after a failure) or `watching` (after another process wrote);
 * `watching` → `claiming` when the other one makes no progress though messages wait; any → `stopped`.
 *
 * A process claims by an empty frame that is stored only behind the last frame that it has seen. It claims at its
 * start: whoever was started last forwards. A process that lost the claim does not fight for it.
 */
import { FRAME_SUBJECTS, FrameBuilder } from '#contracts';
import { sendUntilKnown } from '#jetstream';
import type { Logger } from '#observability';
import type { IngestMetrics } from '../ingest-metrics.js';
import {
  hasBacklog,
  type LastIntakeFrame,
  markBefore,
  resumePoint,
  type ResumePoint,
} from './resume-point.js';
import { type Claim, INTAKE_SOURCE, Tenure, type TenureEnd, type TenureParts } from './tenure.js';

export interface ForwarderParts extends TenureParts {
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly metrics: Pick<IngestMetrics, 'bodyDecoded' | 'frameSettled' | 'tookOver'>;
  /** Epoch milliseconds. */
  readonly wallClock: () => number;
  /** How long another process may make no progress while messages wait. */
  readonly takeoverMs: number;
}

export type ForwarderMode = 'claiming' | 'forwarding' | 'watching' | 'stopped';

const RETRY_MS = 500;
const LOOKS_PER_TAKEOVER = 5;

export class IntakeForwarder {
  private mode: ForwarderMode = 'claiming';
  private tenure: Tenure | null = null;
  private stopping = false;
  private running: Promise<void> | null = null;
  private wake: () => void = () => undefined;
  private problem = '';

  constructor(private readonly parts: ForwarderParts) {}

  get currentMode(): ForwarderMode {
    return this.mode;
  }

  start(): void {
    this.running = this.run();
  }

  /** Stores what was taken, and takes nothing more. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.tenure?.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        if (this.mode === 'watching') await this.watch();
        else await this.claimAndForward();
      } catch (error) {
        await this.retryAfter((error as Error).message);
      }
    }
    this.mode = 'stopped';
  }

  private async claimAndForward(): Promise<void> {
    this.mode = 'claiming';
    const claim = await this.claim();
    if (claim === null || this.stopping) return;
    this.mode = 'forwarding';
    this.problem = '';
    this.parts.metrics.tookOver();
    this.parts.logger.info({ from: claim.sequence, epoch: claim.epoch }, 'Forwarding the intake');
    this.tenure = new Tenure(this.parts, claim);
    const end = await this.tenure.run();
    this.tenure = null;
    await this.afterTenure(end, claim.epoch);
  }

  private async afterTenure(end: TenureEnd, epoch: number): Promise<void> {
    if (end.kind === 'failed') return this.retryAfter(end.message);
    if (end.kind === 'stopped') return;
    // An own frame of unknown outcome that landed after all looks the same: then nobody else has the claim.
    const last = await this.parts.port.lastFrame();
    if (last?.epoch === epoch) return;
    this.parts.logger.info('Another process forwards the intake now; standing by');
    this.mode = 'watching';
  }

  /** `null` when another process was quicker, or the log does not take the claim now. */
  private async claim(): Promise<Claim | null> {
    const { port, clock, send, wallClock, room } = this.parts;
    if (!room.available) {
      await this.retryAfter('the log is nearly full');
      return null;
    }
    const { last, resume } = await this.look();
    this.tellOf(resume);
    const epoch = Math.max(wallClock(), (last?.epoch ?? 0) + 1);
    const mark = markBefore(resume);
    const data = new FrameBuilder(this.parts.shardCount).finish({
      source: INTAKE_SOURCE,
      epoch,
      sequence: 1,
      receivedAt: wallClock(),
      upstream: mark,
    });
    const frame = {
      subject: FRAME_SUBJECTS.intake,
      data,
      msgId: `${INTAKE_SOURCE}:${epoch}:${crypto.randomUUID()}`,
      expectLastSubjectSequence: last?.logSequence ?? 0,
    };
    const outcome = await sendUntilKnown(port.frames, clock, frame, send);
    if (outcome.kind !== 'stored') {
      await this.retryAfter(`the claim was not stored, ${outcome.kind}: ${outcome.message}`);
      return null;
    }
    const { sequence, skipItems } = resume;
    const storedLetters = await port.storedLetters(sequence);
    return { epoch, logSequence: outcome.sequence, mark, sequence, skipItems, storedLetters };
  }

  /** Until the other process has made no progress for a while though messages wait. */
  private async watch(): Promise<void> {
    const { clock, takeoverMs, room } = this.parts;
    let seen = -1;
    let progressAt = clock.now();
    while (!this.stopping) {
      const { last, resume, backlog } = await this.look();
      const logSequence = last?.logSequence ?? 0;
      if (!backlog || !room.available || logSequence !== seen) progressAt = clock.now();
      seen = logSequence;
      if (clock.now() - progressAt >= takeoverMs) {
        this.parts.logger.warn({ from: resume.sequence }, 'Nobody forwards the intake; taking over');
        this.mode = 'claiming';
        return;
      }
      await this.pause(takeoverMs / LOOKS_PER_TAKEOVER);
    }
  }

  private async look(): Promise<{ last: LastIntakeFrame | null; resume: ResumePoint; backlog: boolean }> {
    const last = await this.parts.port.lastFrame();
    const state = await this.parts.port.state();
    const resume = resumePoint(last, state);
    return { last, resume, backlog: hasBacklog(resume, state) };
  }

  private tellOf({ removed, replaced, sequence }: ResumePoint): void {
    if (replaced)
      this.parts.logger.warn({ from: sequence }, 'INTAKE was made anew; it is read from its beginning');
    if (removed > 0) {
      this.parts.logger.warn(
        { removed, from: sequence },
        'Messages were removed from INTAKE before they were read',
      );
    }
  }

  private async retryAfter(problem: string): Promise<void> {
    // One line for each problem, however long it lasts.
    if (problem !== this.problem)
      this.parts.logger.warn(`The intake is not forwarded now: ${problem}; trying again`);
    this.problem = problem;
    await this.pause(RETRY_MS);
  }

  private async pause(ms: number): Promise<void> {
    if (this.stopping) return;
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    await Promise.race([this.parts.clock.pause(ms), woken]);
  }
}
