/** Trying until it works: for steps without which a shard cannot go on. */
import { backoff } from './backoff.js';
import type { Journal, Time } from './ports.js';

export interface Persistence {
  readonly time: Time;
  readonly journal: Journal;
  /** Nobody wants the result any more. */
  readonly stopped: () => boolean;
}

/**
 * Repeats `attempt` until it resolves, pausing longer each time; tells of the first failure and of every tenth.
 * Resolves with `null` when it was stopped meanwhile.
 */
export async function persist<T>(
  what: string,
  { time, journal, stopped }: Persistence,
  attempt: () => Promise<T>,
): Promise<T | null> {
  for (let failures = 0; !stopped(); failures++) {
    try {
      const result = await attempt();
      return stopped() ? null : result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (failures % 10 === 0)
        journal.warn({ failures: failures + 1, reason }, `${what} failed; trying again`);
      await time.sleep(backoff(failures));
    }
  }
  return null;
}
