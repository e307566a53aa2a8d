/** Ports that stay the same from start to start, and step around those that others hold. */
import { freePort, isFree } from '#embedded';
import type { Ports } from './stack-directory.js';

/** How far from the wanted port the next free one is looked for, before any port will do. */
const STEPS = 50;
/** Leaves each part's neighbours (7480, 7481, …) to them. */
const STEP = 10;

/** For each part: the port of the last run if free, else the wanted one, else one near it. */
export async function choosePorts(wanted: Ports, remembered: Ports): Promise<Record<string, number>> {
  const chosen: Record<string, number> = {};
  const given = new Set<number>();
  for (const [part, port] of Object.entries(wanted)) {
    chosen[part] = await choose([remembered[part], port], given);
    given.add(chosen[part]);
  }
  return chosen;
}

async function choose(
  preferred: readonly (number | undefined)[],
  given: ReadonlySet<number>,
): Promise<number> {
  const first = preferred.at(-1)!;
  const near = Array.from({ length: STEPS }, (_, i) => first + (i + 1) * STEP).filter(
    (port) => port < 65_536,
  );
  for (const port of [...preferred, ...near]) {
    if (port !== undefined && !given.has(port) && (await isFree(port))) return port;
  }
  return freePort();
}
