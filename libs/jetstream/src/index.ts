export * from './errors.js';
export { connectNats, withoutCredentials, type NatsConnection, type NatsOptions } from './connection.js';
export { isConnected, onConnectionChange, type ConnectionChange } from './connection-watch.js';
export * from './stream-settings.js';
export type { LogIdentity } from './log-identity.js';
export { provisionStreams, readLogIdentity } from './provision.js';
export type { LogMessage } from './log-message.js';
export { LogReader, type LogHandler, type LogReaderOptions } from './log-reader.js';
export { readBack, type ReadBackRequest } from './read-back.js';
export type { PublishOutcome } from './publish-outcome.js';
export { AckedPublisher, type AckedPublisherOptions, type PublishOptions } from './acked-publisher.js';
export { claimOutput, fence, readClaim, type Claim, type ClaimOutcome } from './claims.js';
export {
  lastMessage,
  logHeadroom,
  purgeUpTo,
  streamState,
  type LogHeadroom,
  type StreamState,
} from './stream-state.js';
export { probeLog, PROBE_STREAM, type ProbeResult } from './probe.js';
export {
  JetStreamLogStrategy,
  LogContext,
  LogErrorFilter,
  type JetStreamLogOptions,
  type LogSubscription,
} from './log-strategy.js';
export { firstSequenceSince, storedAt } from './sequence-by-time.js';
export * from './lane/index.js';
export * from './sharding-ports/index.js';
