import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Time } from '#sharding';

/** This machine's time. */
export const SYSTEM_TIME: Time = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => setTimeout(ms),
  yield: () => setImmediate(),
};
