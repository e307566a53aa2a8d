/** What tests need beside the code under test. */
export * from './servers/index.js';
