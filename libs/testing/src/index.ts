/** What tests need beside the code under test. */
export * from './servers/index.js';
export { HandDrivenClock, HandDrivenPort, type PendingPublish, settle } from './log/hand-driven-log.js';
export * from './oracle/index.js';
export * from './system/index.js';
