/**
 * Whether the log takes a write now. The server's own health page says yes while its disk is full, so readiness
 * writes: one message into a stream of its own, on the same disk, that never holds more than the last one.
 */
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { AckedPublisher } from './acked-publisher.js';
import type { DesiredConfig } from './stream-config.js';

export const PROBE_STREAM = 'PROBE';
const PROBE_SUBJECT = 'probe.write';
/** As much as a full frame: where this fits, a frame does. */
const PROBE_BYTES = 64 * 1024;

export interface ProbeResult {
  readonly ok: boolean;
  /** Why not, or how long it took. */
  readonly message: string;
}

export function probeConfig(replicas: number): DesiredConfig & { max_msgs: number } {
  return {
    name: PROBE_STREAM,
    subjects: ['probe.>'],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_msgs: 1,
    max_bytes: 16 * PROBE_BYTES,
    duplicate_window: 1_000_000_000,
    num_replicas: replicas,
    allow_direct: true,
  };
}

/** Never throws. */
export async function probeLog(connection: NatsConnection, timeoutMs = 2_000): Promise<ProbeResult> {
  const started = performance.now();
  const publisher = new AckedPublisher(connection, { timeoutMs });
  try {
    const outcome = await publisher.publish(PROBE_SUBJECT, new Uint8Array(PROBE_BYTES));
    const tookMs = (performance.now() - started).toFixed(1);
    if (outcome.kind === 'stored') return { ok: true, message: `stored and synced in ${tookMs} ms` };
    return { ok: false, message: `${outcome.kind}: ${outcome.message}` };
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  } finally {
    await publisher.close();
  }
}
