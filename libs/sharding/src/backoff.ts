/** Pauses between attempts at something that failed from outside. */

const FIRST_PAUSE_MS = 50;
/** Longer, and an output that is back would lie idle for noticeable time. */
const LONGEST_PAUSE_MS = 2_000;

/** Milliseconds to wait after attempt 0, 1, 2, … */
export function backoff(attempt: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 16), LONGEST_PAUSE_MS);
}
