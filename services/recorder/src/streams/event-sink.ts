/**
 * `EVENTS` into `account_event` and `rule_version`.
 *
 * 1. Rows commute by their place in the log, so lanes may commit in any order and more than once.
 * 2. Position and source marks are committed after every lane: a mark never hides rows that are not there.
 * 3. What could not be read or stored is in the dead letters before the position moves past it.
 */
import { decodeRuleVersion, type FrameHeader, logPlace, readFrame, STREAMS } from '#contracts';
import type { LogMessage } from '#jetstream';
import {
  type EventRow,
  inTransaction,
  moveStreamPosition,
  type PartitionMaker,
  type PositionMove,
  type Queryable,
  reactionTo,
  storeSourceMarks,
  upsertAccountEvents,
  upsertRuleVersions,
} from '#postgres';
import type { SourceMarks } from '#sharding';
import type pg from 'pg';
import type { BatchSink } from '../pump/batch-sink.js';
import type { DeadLetterPort } from '../refused/dead-letter-port.js';
import { REASON, refusedEvent, refusedRecord, unreadable } from '../refused/dead-letters.js';
import { storeIsolating } from '../refused/isolate.js';
import { EventBatch } from './event-batch.js';

export interface EventSinkParts {
  readonly pool: pg.Pool;
  readonly partitions: Pick<PartitionMaker, 'ensure' | 'reload'>;
  readonly merger: { giveWay(timesMs: Iterable<number>): Promise<void> };
  readonly deadLetters: DeadLetterPort;
  readonly marks: SourceMarks;
  readonly generation: number;
  readonly lanes: number;
  readonly onCopy: () => void;
  readonly onRefused: (reason: string, count: number) => void;
}

const RULES_PREFIX = 'rules.';

export class EventSink implements BatchSink<EventBatch> {
  readonly stream = STREAMS.events;

  constructor(private readonly parts: EventSinkParts) {}

  begin(): EventBatch {
    return new EventBatch(this.parts.lanes);
  }

  rowsIn(batch: EventBatch): number {
    return batch.rowCount;
  }

  add(batch: EventBatch, message: LogMessage): void {
    const isRule = message.subject.startsWith(RULES_PREFIX);
    try {
      if (isRule) batch.rules.push({ version: decodeRuleVersion(message.data), sequence: message.sequence });
      else this.addFrame(batch, message);
    } catch (error) {
      const reason = isRule ? REASON.badMessage : REASON.badFrame;
      batch.letters.push(unreadable(this.stream, reason, message, error as Error));
      this.parts.onRefused(reason, 1);
    }
  }

  async write(batch: EventBatch, move: PositionMove): Promise<void> {
    const lanes = batch.rowsByLane();
    const times = lanes.flatMap((rows) => rows.map((row) => row.event.eventTime));
    await this.parts.merger.giveWay(times);
    await this.parts.partitions.ensure(times);
    try {
      await this.commit(lanes, batch, move);
    } catch (error) {
      // Somebody dropped or merged partitions behind our back: look again before the next attempt.
      if (reactionTo(error) === 'no-partition') await this.parts.partitions.reload();
      throw error;
    }
  }

  /** Adds the whole frame, or throws and adds nothing. */
  private addFrame(batch: EventBatch, { data, sequence, timeMs }: LogMessage): void {
    const undo = batch.savepoint();
    try {
      const frame = readFrame(data, null, (event, index, shard) => {
        const place = logPlace(sequence, index);
        batch.push(shard, { event, place, firstPlace: place });
      });
      if (this.isNew(batch, frame, timeMs)) return;
    } catch (error) {
      undo();
      throw error;
    }
    undo();
    this.parts.onCopy();
  }

  private isNew(batch: EventBatch, { source, epoch, sequence }: FrameHeader, logTimeMs: number): boolean {
    if (source.includes('\0'))
      throw new Error(`NUL in the name of the frame's source, ${JSON.stringify(source)}`);
    if (!this.parts.marks.accept(source, epoch, sequence, logTimeMs)) return false;
    batch.marks.set(`${epoch} ${source}`, { source, epoch, sequence, usedAt: logTimeMs });
    return true;
  }

  /** Lanes beside the first commit by themselves; the first one commits last, together with the position. */
  private async commit(
    lanes: readonly (readonly EventRow[])[],
    batch: EventBatch,
    move: PositionMove,
  ): Promise<void> {
    const [first, ...others] = lanes;
    const beside = Promise.all(others.map((rows) => this.storeLane(rows, move)));
    beside.catch(() => undefined);
    try {
      await inTransaction(this.parts.pool, async (client) => {
        if (first.length > 0) await upsertAccountEvents(client, first, this.parts.generation);
        if (batch.rules.length > 0) await upsertRuleVersions(client, batch.rules, this.parts.generation);
        await beside;
        await this.storeLetters(batch);
        await this.finish(client, batch, move);
      });
    } catch (error) {
      await beside.catch(() => undefined);
      if (reactionTo(error) !== 'refused') throw error;
      await this.commitIsolated(first, batch, move);
    }
  }

  /** Slow and sure: every row on its own where it must be. */
  private async commitIsolated(
    rows: readonly EventRow[],
    batch: EventBatch,
    move: PositionMove,
  ): Promise<void> {
    await this.storeLane(rows, move);
    const { generation, pool } = this.parts;
    const refusedRules = await storeIsolating(batch.rules, (part) =>
      upsertRuleVersions(pool, part, generation),
    );
    const letters = refusedRules.map((refused) =>
      refusedRecord(this.stream, refused.row.sequence, refused, move.loggedAtMs),
    );
    await this.parts.deadLetters.store(letters);
    if (letters.length > 0) this.parts.onRefused(REASON.refused, letters.length);
    await this.storeLetters(batch);
    await inTransaction(pool, (client) => this.finish(client, batch, move));
  }

  /** Stores rows by themselves; those that PostgreSQL refuses go to the dead letters. */
  private async storeLane(rows: readonly EventRow[], move: PositionMove): Promise<void> {
    const { pool, generation, deadLetters, onRefused } = this.parts;
    const refused = await storeIsolating(rows, (part) => upsertAccountEvents(pool, part, generation));
    if (refused.length === 0) return;
    await deadLetters.store(refused.map((row) => refusedEvent(this.stream, row, move.loggedAtMs)));
    onRefused(REASON.refused, refused.length);
  }

  private async storeLetters(batch: EventBatch): Promise<void> {
    if (batch.letters.length > 0) await this.parts.deadLetters.store(batch.letters);
  }

  private async finish(client: Queryable, batch: EventBatch, move: PositionMove): Promise<void> {
    await storeSourceMarks(client, [...batch.marks.values()]);
    await moveStreamPosition(client, move);
  }
}
