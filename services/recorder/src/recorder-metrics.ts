/** What the recorder tells of itself on `/metrics`. */
import { Inject, Injectable } from '@nestjs/common';
import { METRICS } from '#observability';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

@Injectable()
export class RecorderMetrics {
  readonly rows: Counter;
  readonly batches: Counter;
  readonly batchSeconds: Histogram;
  readonly batchRows: Histogram;
  readonly retries: Counter;
  readonly refused: Counter;
  readonly copies: Counter;
  readonly skipped: Counter;
  readonly sessions: Counter;
  readonly partitions: Gauge;
  readonly lagMessages: Gauge;
  readonly lagSeconds: Gauge;
  readonly position: Gauge;
  private refresh: () => void = () => undefined;

  constructor(@Inject(METRICS) registry: Registry) {
    const counter = (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name: `vigil_recorder_${name}`, help, labelNames, registers: [registry] });
    const collect = () => this.refresh();
    const gauge = (name: string, help: string, labelNames: string[] = []) =>
      new Gauge({ name: `vigil_recorder_${name}`, help, labelNames, registers: [registry], collect });
    const histogram = (name: string, help: string, labelNames: string[], buckets: number[]) =>
      new Histogram({ name: `vigil_recorder_${name}`, help, labelNames, buckets, registers: [registry] });
    this.rows = counter('rows_total', 'Rows read from the stream and committed, copies included.', [
      'stream',
    ]);
    this.batches = counter('batches_total', 'Batches committed.', ['stream']);
    this.batchSeconds = histogram(
      'batch_seconds',
      'From the beginning of a batch to its commit, attempts that failed included.',
      ['stream'],
      [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    );
    this.batchRows = histogram(
      'batch_rows',
      'Rows of a batch.',
      ['stream'],
      [1, 10, 100, 500, 1e3, 2e3, 5e3, 1e4],
    );
    this.retries = counter('retries_total', 'Attempts to write a batch that failed.', ['stream']);
    this.refused = counter('refused_total', 'Messages and rows that went to the dead letters.', ['reason']);
    this.copies = counter('frame_copies_total', 'Frames that the log holds twice, passed over.');
    this.skipped = counter('skipped_messages_total', 'Messages trimmed before they were recorded.', [
      'stream',
    ]);
    this.sessions = counter('sessions_total', 'How often recording began.');
    this.partitions = gauge('partitions', 'Partitions of account_event.');
    this.lagMessages = gauge('lag_messages', 'Messages stored and not recorded.', ['stream']);
    this.lagSeconds = gauge('lag_seconds', 'Age of the last recorded message while there are newer ones.', [
      'stream',
    ]);
    this.position = gauge('position', 'Sequence up to which the stream is recorded.', ['stream']);
  }
  /** Called before the gauges are read: sets those that are not kept up all the time. */
  onCollect(refresh: () => void): void {
    this.refresh = refresh;
  }
}
