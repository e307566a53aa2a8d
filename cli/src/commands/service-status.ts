/** One service as its health and its metrics show it. */

export interface ServiceStatus {
  readonly url: string;
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly reason: string | null;
  /** Messages of the log that it has still to read; `null` for services that read none, or that do not answer. */
  readonly lag: number | null;
}

const ANSWER_MS = 3_000;
/** Of the detector, and of the recorder for each stream that it records. */
const LAG_METRIC = /^vigil_(?:detector_log|recorder)_lag_messages(?:\{[^}]*\})? (\d+)/gm;

export async function serviceStatus(url: string): Promise<ServiceStatus> {
  const [readiness, metrics] = await Promise.all([get(`${url}/health/ready`), get(`${url}/metrics`)]);
  const lags = [...(metrics?.text ?? '').matchAll(LAG_METRIC)].map(([, lag]) => Number(lag));
  return {
    url,
    ready: readiness?.ok === true,
    reason: readiness === null ? 'it does not answer' : readiness.ok ? null : reasonIn(readiness.text),
    lag: lags.length === 0 ? null : lags.reduce((sum, lag) => sum + lag, 0),
  };
}

async function get(url: string): Promise<{ ok: boolean; text: string } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    return { ok: response.ok, text: await response.text() };
  } catch {
    return null;
  }
}

function reasonIn(text: string): string {
  try {
    const { checks = {}, phase } = JSON.parse(text) as {
      checks?: Record<string, { ok: boolean; error?: string }>;
      phase?: string;
    };
    const failing = Object.entries(checks).filter(([, check]) => !check.ok);
    return failing.map(([name, check]) => `${name}: ${check.error}`).join('; ') || `it is ${phase}`;
  } catch {
    return 'it says it is not ready';
  }
}
