import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { STREAMS } from '#contracts';
import { subjectsOf, type StreamKey, type StreamSettings } from './stream-settings.js';

export type DesiredConfig = Pick<
  StreamConfig,
  | 'name'
  | 'subjects'
  | 'storage'
  | 'retention'
  | 'discard'
  | 'max_bytes'
  | 'duplicate_window'
  | 'num_replicas'
  | 'allow_direct'
>;

/** No stream goes below this, whatever the disk: it could not hold a second of traffic. */
const LEAST_BYTES = 16 * 1024 * 1024;
const NANOS_PER_MS = 1_000_000;

/** The configuration of one stream; `share` scales its size down for a server with little storage. */
export function desiredConfig(key: StreamKey, settings: StreamSettings, share: number): DesiredConfig {
  return {
    name: STREAMS[key],
    subjects: subjectsOf(key),
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    // Full means refused, so that nothing accepted is ever pushed out. Refused input alone must not be refused
    // again: there the oldest gives way (the database has it).
    discard: key === 'deadLetters' ? DiscardPolicy.Old : DiscardPolicy.New,
    max_bytes: scaled(settings.maxBytes[key], share),
    duplicate_window: settings.duplicateWindowMs * NANOS_PER_MS,
    num_replicas: settings.replicas,
    allow_direct: true,
  };
}

function scaled(bytes: number, share: number): number {
  return share === 1 ? bytes : Math.max(Math.min(bytes, LEAST_BYTES), Math.floor(bytes * share));
}
