/** Sends bodies to ingest, each until it is accepted: a stack that restarts a service loses no sample event. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface SenderOptions {
  /** Of ingest, without a path. */
  readonly url: string;
  readonly token: string | null;
  readonly signal: AbortSignal;
}

const ANSWER_MS = 10_000;
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/** Resolves with the number of accepted events; throws the signal's reason when told to stop. */
export async function sendBody(body: string, contentType: string, options: SenderOptions): Promise<number> {
  for (;;) {
    options.signal.throwIfAborted();
    const answer = await tryToSend(body, contentType, options);
    if (answer.done) return answer.accepted;
    await sleep(answer.retryMs, undefined, { signal: options.signal });
  }
}

type Answer =
  { readonly done: true; readonly accepted: number } | { readonly done: false; readonly retryMs: number };

async function tryToSend(body: string, contentType: string, options: SenderOptions): Promise<Answer> {
  const { url, token, signal } = options;
  try {
    const response = await fetch(`${url}/v1/events`, {
      method: 'POST',
      body,
      headers: { 'content-type': contentType, ...(token !== null && { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    const result = (await response.json().catch(() => ({}))) as { accepted?: number };
    if (response.status === 429 || response.status >= 500) {
      return { done: false, retryMs: retryAfterMs(response.headers.get('retry-after')) };
    }
    return { done: true, accepted: result.accepted ?? 0 };
  } catch {
    return { done: false, retryMs: RETRY_MS };
  }
}

function retryAfterMs(header: string | null): number {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, LONGEST_RETRY_MS) : RETRY_MS;
}
