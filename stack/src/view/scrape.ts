/** Reads figures from a service's `/metrics`. */

export type Samples = ReadonlyMap<string, number>;

const ANSWER_MS = 2_000;

/** Sums over labels by metric name; `null` when the service does not answer. */
export async function scrape(url: string): Promise<Samples | null> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return response.ok ? sumByName(await response.text()) : null;
  } catch {
    return null;
  }
}

/** The Prometheus text format, labels and time stamps left out. */
export function sumByName(text: string): Samples {
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z_:][\w:]*)(?:\{.*\})? (\S+)/.exec(line);
    if (match === null) continue;
    const value = Number(match[2]);
    if (!Number.isNaN(value)) sums.set(match[1], (sums.get(match[1]) ?? 0) + value);
  }
  return sums;
}
