/** Whether a service is ready, and if not, why. */
import { setTimeout as sleep } from 'node:timers/promises';

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

const ANSWER_MS = 5_000;
const POLL_MS = 50;
const FIRST_TOLD_MS = 5_000;
const TELL_EVERY_MS = 15_000;

export async function askReadiness(url: string): Promise<Readiness> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (response.ok) {
      await response.arrayBuffer();
      return { ready: true };
    }
    return { ready: false, reason: reasonIn(await response.json().catch(() => null)) };
  } catch {
    return { ready: false, reason: 'it does not answer yet' };
  }
}

export interface Patience {
  readonly limitMs: number;
  /** Ends the waiting early. */
  readonly giveUp: () => boolean;
  /** Told now and then, with the reason, while it takes long. */
  readonly onWait: (reason: string) => void;
}

/** Resolves when ready, or with the last reason when the patience is at its end. */
export async function untilReady(url: string, { limitMs, giveUp, onWait }: Patience): Promise<Readiness> {
  const deadline = Date.now() + limitMs;
  let tellAt = Date.now() + FIRST_TOLD_MS;
  for (;;) {
    const readiness = await askReadiness(url);
    if (readiness.ready || Date.now() > deadline || giveUp()) return readiness;
    if (Date.now() > tellAt) {
      onWait(readiness.reason);
      tellAt = Date.now() + TELL_EVERY_MS;
    }
    await sleep(POLL_MS);
  }
}

/** In words: the checks that fail, or the phase that the service is in. */
function reasonIn(report: unknown): string {
  const { checks, phase } = (report ?? {}) as {
    checks?: Record<string, { ok: boolean; error?: string }>;
    phase?: string;
  };
  const failing = Object.entries(checks ?? {}).filter(([, check]) => !check.ok);
  if (failing.length > 0)
    return failing.map(([name, check]) => `${name}: ${check.error ?? 'fails'}`).join('; ');
  return phase === undefined ? 'it says it is not' : `it is ${phase}`;
}
