/** Where reading of `INTAKE` goes on, from what the log says of it. A frame of the intake carries how far it covers. */
import type { UpstreamMark } from '#contracts';

/** The last frame that any reader of the intake wrote. */
export interface LastIntakeFrame {
  /** Its place in the log; what the next writer has to expect. */
  readonly logSequence: number;
  readonly logTimeMs: number;
  readonly epoch: number;
  readonly upstream: UpstreamMark | null;
}

/** What `INTAKE` holds. `firstSequence` is `lastSequence + 1` when it is empty. */
export interface IntakeState {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** When the stream was made, epoch milliseconds by the log's clock. */
  readonly createdMs: number;
}

export interface ResumePoint {
  /** Stream sequence of the first message that is not wholly covered. */
  readonly sequence: number;
  /** Items of that message that are in the log already. */
  readonly skipItems: number;
  /** Messages that were removed from `INTAKE` before they were read. */
  readonly removed: number;
  /** `INTAKE` is younger than the last frame: its sequences say nothing of the old one's. */
  readonly replaced: boolean;
}

export function resumePoint(last: LastIntakeFrame | null, intake: IntakeState): ResumePoint {
  const replaced = last !== null && intake.createdMs > last.logTimeMs;
  const covered = last?.upstream ?? null;
  if (covered === null || replaced) {
    return { sequence: intake.firstSequence, skipItems: 0, removed: 0, replaced };
  }
  const { sequence, items, complete } = covered;
  const next = complete ? sequence + 1 : sequence;
  if (next < intake.firstSequence) {
    return { sequence: intake.firstSequence, skipItems: 0, removed: intake.firstSequence - next, replaced };
  }
  // The stream lost its end, as when its server was not told to sync: its next messages take those numbers again.
  if (next > intake.lastSequence + 1) {
    return { sequence: intake.lastSequence + 1, skipItems: 0, removed: 0, replaced };
  }
  return { sequence: next, skipItems: complete ? 0 : items, removed: 0, replaced };
}

/** The mark of a frame that covers nothing beyond the resume point. */
export function markBefore({
  sequence,
  skipItems,
}: Pick<ResumePoint, 'sequence' | 'skipItems'>): UpstreamMark {
  if (skipItems > 0) return { sequence, items: skipItems, complete: false };
  return { sequence: sequence - 1, items: 0, complete: true };
}

/** Whether messages wait that no frame covers. */
export function hasBacklog(resume: ResumePoint, intake: IntakeState): boolean {
  return resume.sequence <= intake.lastSequence;
}
