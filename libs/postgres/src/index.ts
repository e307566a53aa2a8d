/** PostgreSQL: pool, migrations, partitions, and the statements that the recorder runs. */
export { createPool, DEFAULT_POOL_SETTINGS, inTransaction, type PoolSettings } from './pool.js';
export {
  migrate,
  migrationNames,
  migrationsDirectory,
  MIGRATIONS_TABLE,
  pendingMigrations,
  type MigrationLog,
} from './migrate.js';
export {
  describeDatabaseError,
  FencedError,
  ForeignLogError,
  reactionTo,
  type DatabaseReaction,
} from './errors.js';
export type { Queryable } from './queryable.js';
export { mergeVersions, type EventRow } from './event-rows.js';
export { generationBase, MAX_GENERATION } from './log-generation.js';
export { PartitionMaker } from './partitions/partition-maker.js';
export { PartitionMerger } from './partitions/partition-merger.js';
export {
  DAY_MS,
  DEFAULT_PARTITION_POLICY,
  planPartition,
  type Partition,
  type PartitionPolicy,
  type TimeRange,
} from './partitions/partition-plan.js';
export { listPartitions } from './sql/partitions.js';
export { upsertAccountEvents } from './sql/upsert-account-events.js';
export { upsertAlerts, type AlertRow } from './sql/upsert-alerts.js';
export { upsertRuleVersions, type RuleVersionRow } from './sql/upsert-rule-versions.js';
export { insertLateEvents } from './sql/insert-late-events.js';
export { insertDeadLetters, type DeadLetterRow } from './sql/insert-dead-letters.js';
export { moveStreamPosition, readStreamPosition, type PositionMove } from './sql/stream-position.js';
export { deleteSourceMarks, readSourceMarks, storeSourceMarks } from './sql/source-marks.js';
export { claimForLog } from './sql/log-identity.js';
export { deleteExpired, type ExpiringTable } from './sql/delete-expired.js';
