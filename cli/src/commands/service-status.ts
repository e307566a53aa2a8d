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
const LAG_METRIC = /^vigil_\w+_log_lag(?:\{[^}]*\})? (\d+)/m;

export async function serviceStatus(url: string): Promise<ServiceStatus> {
  const [readiness, metrics] = await Promise.all([get(`${url}/health/ready`), get(`${url}/metrics`)]);
  const lag = LAG_METRIC.exec(metrics?.text ?? '')?.[1];
  return {
    url,
    ready: readiness?.ok === true,
    reason: readiness === null ? 'it does not answer' : readiness.ok ? null : reasonIn(readiness.text),
    lag: lag === undefined ? null : Number(lag),
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
