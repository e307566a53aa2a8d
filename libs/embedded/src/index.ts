export type { EmbeddedServer } from './embedded-server.js';
export * from './errors.js';
export { freePort, isFree } from './free-port.js';
export { findNatsServer, type NatsProgram } from './nats-program.js';
export { startEmbeddedNats, type EmbeddedNats, type EmbeddedNatsOptions } from './nats-server.js';
export { identify, isSameProcess, type ProcessId } from './process-table.js';
export { guardProcess, stopForeignProcess, type ExitStatus, type Guard } from './server-process.js';
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './postgres-server.js';
export { removePostgresData } from './postgres-place.js';
