/** Sends one frame until its outcome is known, or until asking again would no longer be safe. */

/** What became of one attempt to publish; the publisher's own outcomes have this form. */
export type FrameOutcome =
  | { readonly kind: 'stored'; readonly sequence: number; readonly duplicate: boolean }
  /** The subject's last message is not the expected one: somebody else has written. */
  | { readonly kind: 'conflict'; readonly message: string }
  | { readonly kind: 'full'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string }
  /** Timed out, or the connection was lost: it may have been stored, and may be yet. */
  | { readonly kind: 'unknown'; readonly message: string };

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
  publish(frame: SealedFrame, timeoutMs: number): Promise<FrameOutcome>;
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
): Promise<FrameOutcome> {
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
