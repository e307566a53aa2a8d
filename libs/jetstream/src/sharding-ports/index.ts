/** The ports of `#sharding` on JetStream. */
export { NatsDeadLetterBox } from './nats-dead-letter-box.js';
export { NatsEventLog, type EventLogOptions } from './nats-event-log.js';
export { NatsOutput } from './nats-output.js';
export { LatestStartOwnership } from './nats-ownership.js';
export { SYSTEM_TIME } from './system-time.js';
