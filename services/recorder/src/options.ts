/** The settings of the recorder. */
import { type ConfigOf, httpOptions, logOptions, natsOptions, option } from '#config';

export const recorderOptions = {
  ...httpOptions(7482),
  ...logOptions,
  ...natsOptions,
  databaseUrl: option
    .url('postgres', 'postgresql')
    .required('DATABASE_URL', 'The PostgreSQL database that is written to.'),
  lanes: option
    .integerBetween(1, 16)
    .withDefault('VIGIL_RECORDER_LANES', 2, 'Connections that write events side by side, split by account.'),
  batchRows: option
    .integerBetween(1, 50_000)
    .withDefault('VIGIL_RECORDER_BATCH_ROWS', 6_000, 'Rows that make a batch full: it is written at once.'),
  batchIntervalMs: option
    .durationBetween(0, 5_000)
    .withDefault(
      'VIGIL_RECORDER_BATCH_INTERVAL',
      100,
      'Least time from one batch that is not full to the next; the first after a pause is written at once.',
    ),
  queryTimeoutMs: option
    .durationBetween(1_000, 600_000)
    .withDefault('VIGIL_RECORDER_QUERY_TIMEOUT', 60_000, 'How long PostgreSQL may take for one statement.'),
  adoptLog: option.flag.withDefault(
    'VIGIL_ADOPT_LOG',
    false,
    'Let a database that was written from another log go on with this one.',
  ),
  dayWindow: option
    .integerBetween(1, 366)
    .withDefault(
      'VIGIL_PARTITION_DAYS',
      35,
      'Months that ended less than so many days ago are partitioned by day, earlier ones by month.',
    ),
  daysAhead: option
    .integerBetween(1, 30)
    .withDefault('VIGIL_PARTITION_AHEAD', 7, 'Days for which partitions are made ahead of time.'),
  mergeDays: option.flag.withDefault(
    'VIGIL_PARTITION_MERGE',
    true,
    'Merge the days of months further back into one partition a month.',
  ),
  retentionMs: option
    .durationBetween(86_400_000)
    .optional(
      'VIGIL_RETENTION',
      'Events that happened longer ago are removed, a partition at a time; none keeps them all.',
    ),
  alertRetentionMs: option
    .durationBetween(86_400_000)
    .optional(
      'VIGIL_ALERT_RETENTION',
      'Alerts of events that happened longer ago are removed; none keeps all.',
    ),
  refusedRetentionMs: option
    .durationBetween(3_600_000)
    .optional(
      'VIGIL_REFUSED_RETENTION',
      'Dead letters and late events that were received longer ago are removed; none keeps all.',
    ),
  upkeepIntervalMs: option
    .durationBetween(1_000, 86_400_000)
    .withDefault('VIGIL_UPKEEP_INTERVAL', 600_000, 'How often partitions and retention are seen to.'),
};

export type RecorderConfig = ConfigOf<typeof recorderOptions>;

/** Injection token of `RecorderConfig`. */
export const RECORDER_CONFIG = Symbol('recorder config');
