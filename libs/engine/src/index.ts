export * from './api.js';
export { ShardEngine } from './shard-engine.js';
