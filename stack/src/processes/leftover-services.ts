/** Services of a stack that was killed outright. Their guards stop them; here that is made sure of. */
import { isSameProcess, stopForeignProcess } from '#embedded';
import { StackFailure } from '../failure.js';
import type { ServiceRecord } from '../directory/stack-directory.js';

const STOP_TIMEOUT_MS = 25_000;

export async function stopLeftovers(
  services: readonly ServiceRecord[],
  say: (line: string) => void,
): Promise<void> {
  const alive = services.filter((service) => isSameProcess(service.process));
  await Promise.all(alive.map((service) => stopOne(service, say)));
}

async function stopOne(
  { name, process: { pid } }: ServiceRecord,
  say: (line: string) => void,
): Promise<void> {
  say(`Stopping ${name} (process ${pid}), left over from a start that was killed`);
  if (await stopForeignProcess(pid, 'SIGTERM', STOP_TIMEOUT_MS)) return;
  throw new StackFailure(
    `${name} (process ${pid}) was left over from an earlier start and could not be stopped.`,
  );
}
