export * from './event.js';
export * from './log-place.js';
export * from './rule.js';
export * from './alert.js';
