/** Ownership and recovery of shards, over ports: no driver, no clock, nothing random. */
export * from './ports.js';
export * from './shard-state.js';
export * from './source-marks.js';
