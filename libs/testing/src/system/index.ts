export * from './package-root.js';
export * from './service-process.js';
export * from './system.js';
export * from './standing-alerts.js';
