/** Whether a service is ready, and if not, why. */
import { setTimeout as sleep } from 'node:timers/promises';

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

const ANSWER_MS = 5_000;
const POLL_MS = 50;

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

/** Resolves when ready, or with the last reason when `limitMs` have passed or `giveUp` says so. */
export async function untilReady(url: string, limitMs: number, giveUp: () => boolean): Promise<Readiness> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const readiness = await askReadiness(url);
    if (readiness.ready || Date.now() > deadline || giveUp()) return readiness;
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
