/** How the streams are made: limits, replicas, windows. Every figure is a setting; these are the defaults. */
import { DEFAULT_SHARD_COUNT, STREAMS, STREAM_SUBJECTS } from '#contracts';

/** `intake`, `events`, … */
export type StreamKey = keyof typeof STREAMS;

export interface StreamSettings {
  /** Part of the log's identity: cannot be changed for an existing log. */
  readonly shardCount: number;
  /** Copies of each stream in a cluster; 1 to 5, odd. */
  readonly replicas: number;
  /** Largest size of each stream, bytes. */
  readonly maxBytes: Readonly<Record<StreamKey, number>>;
  /** How long a message id is remembered, milliseconds. Costs some 200 bytes of server memory an id. */
  readonly duplicateWindowMs: number;
}

const GIB = 1024 ** 3;

export const DEFAULT_STREAM_SETTINGS: StreamSettings = {
  shardCount: DEFAULT_SHARD_COUNT,
  replicas: 1,
  maxBytes: {
    intake: 1 * GIB,
    events: 16 * GIB,
    alerts: 2 * GIB,
    late: 1 * GIB,
    snapshots: 4 * GIB,
    deadLetters: 1 * GIB,
  },
  duplicateWindowMs: 120_000,
};

export const STREAM_KEYS = Object.keys(STREAMS) as StreamKey[];

export function subjectsOf(key: StreamKey): string[] {
  return [...STREAM_SUBJECTS[key]];
}
