/** The settings of the detector. */
import { type ConfigOf, detectionOptions, httpOptions, logOptions, natsOptions, option } from '#config';

const KB = 1024;
const MB = 1024 * KB;

export const detectorOptions = {
  ...httpOptions(7481),
  ...logOptions,
  ...natsOptions,
  ...detectionOptions,
  letGoMarkMs: option
    .durationBetween(1_000)
    .withDefault(
      'VIGIL_LET_GO_MARK',
      86_400_000,
      'How long an account remembers, in log time, what of its history was let go.',
    ),
  maxActorHistory: option
    .integerBetween(100, 10_000_000)
    .withDefault(
      'VIGIL_MAX_ACTOR_HISTORY',
      100_000,
      'Most history entries of one account; beyond it the oldest are let go.',
    ),
  sweepIntervalMs: option
    .durationBetween(0, 86_400_000)
    .withDefault(
      'VIGIL_SWEEP_INTERVAL',
      60_000,
      'Least log time between two sweeps of one account’s history.',
    ),
  rulesFile: option.text.optional(
    'VIGIL_RULES_FILE',
    'JSON file of rules that are imported when they changed; none takes the shipped rules.',
  ),
  maxHeldAlerts: option
    .integerBetween(64, 1_000_000)
    .withDefault(
      'VIGIL_DETECTOR_HELD',
      8_192,
      'Most alerts and late events that wait to be stored; beyond it detection pauses.',
    ),
  alertsInFlight: option
    .integerBetween(1, 1_024)
    .withDefault(
      'VIGIL_DETECTOR_IN_FLIGHT',
      32,
      'Most messages of one shard on their way at once; 1 where the streams are replicated.',
    ),
  eventsPerTurn: option
    .integerBetween(1, 100_000)
    .withDefault(
      'VIGIL_DETECTOR_EVENTS_PER_TURN',
      1_000,
      'Events that are judged before acknowledgements and health requests get their turn.',
    ),
  readBufferBytes: option
    .byteSizeBetween(4 * MB)
    .withDefault('VIGIL_DETECTOR_READ_BUFFER', 32 * MB, 'Most bytes of the log that are read ahead.'),
};

export type DetectorConfig = ConfigOf<typeof detectorOptions>;

/** Injection token of `DetectorConfig`. */
export const DETECTOR_CONFIG = Symbol('detector config');
