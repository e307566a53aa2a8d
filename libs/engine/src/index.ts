export * from './api.js';
export { ShardEngine } from './shard-engine.js';
export { DEFAULT_ENGINE_TUNING, type EngineTuning } from './shard-state.js';
