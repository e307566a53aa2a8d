/** The settings of ingest. */
import { type ConfigOf, detectionOptions, httpOptions, logOptions, natsOptions, option } from '#config';

const KB = 1024;
const MB = 1024 * KB;

export const ingestOptions = {
  ...httpOptions(7480),
  ...logOptions,
  ...natsOptions,
  shards: detectionOptions.shards,
  token: option.secret.optional(
    'VIGIL_TOKEN',
    'Bearer token that requests must carry; none lets everybody in.',
  ),
  maxBodyBytes: option
    .byteSizeBetween(KB, 256 * MB)
    .withDefault('VIGIL_HTTP_BODY_BYTES', 8 * MB, 'Largest body of a request, as sent and inflated.'),
  maxInFlightBytes: option
    .byteSizeBetween(KB)
    .withDefault(
      'VIGIL_HTTP_INFLIGHT_BYTES',
      64 * MB,
      'Most bytes of bodies held for all requests in flight together; at least twice the largest body.',
    ),
  requestTimeoutMs: option
    .durationBetween(1_000, 600_000)
    .withDefault('VIGIL_HTTP_REQUEST_TIMEOUT', 30_000, 'How long a sender may take for a whole request.'),
  maxItems: option
    .integerBetween(1, 1_000_000)
    .withDefault('VIGIL_MAX_ITEMS', 50_000, 'Most events in one body or intake message.'),
  maxDepth: option
    .integerBetween(1, 1_000)
    .withDefault('VIGIL_MAX_DEPTH', 8, 'Deepest nesting of JSON in a body or intake message.'),
  maxQueuedBytes: option
    .byteSizeBetween(64 * KB)
    .withDefault('VIGIL_LANE_QUEUE_BYTES', 32 * MB, 'Most bytes of frames that wait for the log.'),
  publishTimeoutMs: option
    .durationBetween(50, 60_000)
    .withDefault('VIGIL_PUBLISH_TIMEOUT', 2_000, 'How long one publish may wait for its acknowledgement.'),
  resendWithinMs: option
    .durationBetween(0, 60_000)
    .withDefault(
      'VIGIL_RESEND_WITHIN',
      10_000,
      'How long a frame of unknown outcome is sent again; at most half of the deduplication window of the log.',
    ),
  tickIntervalMs: option
    .durationBetween(100, 3_600_000)
    .withDefault(
      'VIGIL_TICK_INTERVAL',
      5_000,
      'After this long without a frame an empty one is written, so that time passes on an idle log.',
    ),
  rulesWaitMs: option
    .durationBetween(0, 3_600_000)
    .withDefault(
      'VIGIL_RULES_WAIT',
      10_000,
      'How long a start waits for the first rules of a new log: what is stored before them is never judged.',
    ),
  takeoverMs: option
    .durationBetween(100, 600_000)
    .withDefault(
      'VIGIL_INTAKE_TAKEOVER',
      3_000,
      'How long another reader of the intake may make no progress before this process takes its place.',
    ),
  headroom: option
    .integerBetween(0, 50)
    .withDefault(
      'VIGIL_LOG_HEADROOM',
      5,
      'Share of the log in percent that is left for what the system itself must write.',
    ),
};

export type IngestConfig = ConfigOf<typeof ingestOptions>;

/** Injection token of `IngestConfig`. */
export const INGEST_CONFIG = Symbol('ingest config');

/** What no single option can say of itself. Throws an `Error` that names the options. */
export function checkTogether(config: IngestConfig): void {
  const { maxBodyBytes, maxInFlightBytes } = config;
  // A body is held as sent and inflated at once; with less room some would be refused for ever.
  if (maxInFlightBytes >= 2 * maxBodyBytes) return;
  throw new Error(
    `VIGIL_HTTP_INFLIGHT_BYTES is ${maxInFlightBytes} bytes and VIGIL_HTTP_BODY_BYTES ${maxBodyBytes}; ` +
      'the room for all requests must be at least twice the largest body',
  );
}
