/** Ownership and recovery of shards, over ports: no driver, no clock, nothing random. */
export * from './ports.js';
export * from './shard-state.js';
export * from './source-marks.js';
export {
  DEFAULT_OUTBOX_SETTINGS,
  Outbox,
  type Fence,
  type Outgoing,
  type OutboxOwner,
  type OutboxSettings,
} from './outbox.js';
export { alertIdOf, ReadBack, type Orphan } from './read-back.js';
export { LogFold, type FoldPlace, type FoldTarget } from './log-fold.js';
export { Shard, type OutputName, type ShardObserver, type ShardParts } from './shard.js';
export {
  DEFAULT_HOST_SETTINGS,
  ShardHost,
  type HostObserver,
  type HostPorts,
  type HostSettings,
} from './shard-host.js';
export type { HostStatus } from './host-status.js';
