export { startTestNats, TestNats, type TestNatsOptions } from './test-nats.js';
export {
  createTestDatabase,
  startTestPostgres,
  TestPostgres,
  type TestPostgresOptions,
} from './test-postgres.js';
export { removeDirectory, temporaryDirectory } from './temporary-directory.js';
