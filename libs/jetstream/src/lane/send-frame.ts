/** Sends one frame until its outcome is known, or until asking again would no longer be safe. */

import type { AckedPublisher } from '../acked-publisher.js';
import type { PublishOutcome } from '../publish-outcome.js';

export interface SealedFrame {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Names the frame for the log's deduplication; the same in every attempt. */
  readonly msgId: string;
  /** The stream sequence that the subject's last message must have; left out where nobody else writes. */
  readonly expectLastSubjectSequence?: number;
}

/** The way into the log. Never rejects. */
export interface FramePort {
  publish(frame: SealedFrame, timeoutMs: number): Promise<PublishOutcome>;
}

/** Time as the sender sees it: monotonic, in milliseconds. */
export interface SendClock {
  now(): number;
  pause(ms: number): Promise<void>;
}

export interface SendSettings {
  /** How long one attempt may wait for its acknowledgement. */
  readonly attemptTimeoutMs: number;
  /**
   * How long after the first attempt the frame may be sent again. At most half of the log's deduplication window:
   * a copy that is sent later could be stored beside the first.
   */
  readonly resendWithinMs: number;
}

/** The way into the log by a publisher. A message that is larger than the server takes is never taken: `unavailable`. */
export function framePortOf(publisher: AckedPublisher): FramePort {
  return {
    publish: ({ subject, data, msgId, expectLastSubjectSequence }, timeoutMs) =>
      publisher
        .publish(subject, data, { msgId, expectLastSubjectSequence, timeoutMs })
        .catch((error: Error) => ({ kind: 'unavailable', message: error.message })),
  };
}

/** Monotonic, and paused by timers. */
export const SYSTEM_SEND_CLOCK: SendClock = {
  now: () => performance.now(),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Publishes the frame; while it is unknown whether an attempt landed, publishes it again under the same id.
 * `unknown` as the result means given up: it may or may not have been stored. After one unknown attempt a refusal
 * says nothing of the attempt before it, so `full` and `unavailable` are results of first attempts alone.
 */
export async function sendUntilKnown(
  port: FramePort,
  clock: SendClock,
  frame: SealedFrame,
  settings: SendSettings,
): Promise<PublishOutcome> {
  const giveUpAt = clock.now() + settings.resendWithinMs;
  let outcome = await port.publish(frame, settings.attemptTimeoutMs);
  if (outcome.kind !== 'unknown') return outcome;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    await clock.pause(pauseMs);
    const leftMs = giveUpAt - clock.now();
    if (leftMs <= 0) return { kind: 'unknown', message: `given up: ${outcome.message}` };
    outcome = await port.publish(frame, Math.min(settings.attemptTimeoutMs, leftMs));
    if (outcome.kind === 'stored' || outcome.kind === 'conflict') return outcome;
  }
}
