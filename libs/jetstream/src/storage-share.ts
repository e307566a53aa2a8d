/** How much of the wanted storage a server has: it tells only by refusing, so one stream tries for all. */
import { JetStreamApiError, StorageType, type JetStreamManager } from '@nats-io/jetstream';

const TRIAL_STREAM = 'VIGIL_STORAGE_TRIAL';
const NO_STORAGE = 10047;
const LEAST_SHARE = 1 / 256;

/**
 * The greatest of 1, 1/2, 1/4, … of `wantedBytes` that the server can reserve; the least share when it cannot
 * reserve even that, so that making the streams fails with the server's own words.
 */
export async function affordableShare(
  manager: JetStreamManager,
  wantedBytes: number,
  replicas: number,
): Promise<number> {
  for (let share = 1; share > LEAST_SHARE; share /= 2) {
    if (await canReserve(manager, Math.floor(wantedBytes * share), replicas)) return share;
  }
  return LEAST_SHARE;
}

async function canReserve(manager: JetStreamManager, bytes: number, replicas: number): Promise<boolean> {
  // Named anew each time: two processes may be trying at once.
  const name = `${TRIAL_STREAM}_${Math.random().toString(36).slice(2)}`;
  try {
    await manager.streams.add({
      name,
      subjects: [`${name}.none`],
      storage: StorageType.File,
      max_bytes: bytes,
      num_replicas: replicas,
    });
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === NO_STORAGE) return false;
    throw error;
  }
  await manager.streams.delete(name);
  return true;
}
