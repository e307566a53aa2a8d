/** Turns what happens while recording into metrics, log lines and a state for health. */
import { Inject, Injectable } from '@nestjs/common';
import { STREAMS } from '#contracts';
import { LOGGER, type Logger } from '#observability';
import type { PositionMove } from '#postgres';
import { RecorderMetrics } from './recorder-metrics.js';
import type { SessionObserver } from './session/recorder-session.js';

/** A failure that lasts is told of once, and again each time that so many attempts have failed. */
const TELL_EVERY = 20;

@Injectable()
export class RecorderObserver implements SessionObserver {
  /** Log time of the last message of `EVENTS` recorded, epoch milliseconds. */
  loggedAtMs: number | null = null;
  private readonly problems = new Map<string, string>();

  constructor(
    @Inject(RecorderMetrics) private readonly metrics: RecorderMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Streams whose writing fails at present, with the reason. */
  get failures(): ReadonlyMap<string, string> {
    return this.problems;
  }

  sessionBegan(): void {
    this.problems.clear();
    this.metrics.sessions.inc();
  }

  written(stream: string, rows: number, seconds: number, move: PositionMove): void {
    this.metrics.rows.inc({ stream }, rows);
    this.metrics.batches.inc({ stream });
    this.metrics.batchSeconds.observe({ stream }, seconds);
    this.metrics.batchRows.observe({ stream }, rows);
    this.metrics.position.set({ stream }, move.to);
    if (stream === STREAMS.events) this.loggedAtMs = move.loggedAtMs;
  }

  failing(stream: string, failures: number, problem: string): void {
    if (failures === 0) {
      this.problems.delete(stream);
      this.logger.info({ stream }, `${stream} is recorded again`);
      return;
    }
    this.problems.set(stream, problem);
    this.metrics.retries.inc({ stream });
    if (failures === 1 || failures % TELL_EVERY === 0) {
      this.logger.warn({ stream, failures }, `${stream} cannot be recorded: ${problem}; trying again`);
    }
  }

  interrupted(line: string): void {
    this.logger.warn(line);
  }

  skipped(stream: string, from: number, to: number): void {
    this.metrics.skipped.inc({ stream }, to - from);
    this.logger.error(
      { stream, from, to },
      `${stream}: messages ${from} to ${to - 1} were trimmed unrecorded`,
    );
  }

  standingBy(holder: string): void {
    this.logger.info(`Standing by: another recorder has the lock (${holder})`);
  }

  frameCopy(): void {
    this.metrics.copies.inc();
  }

  refused(reason: string, count: number): void {
    this.metrics.refused.inc({ reason }, count);
    this.logger.warn({ reason, count }, `${count} went to the dead letters: ${reason}`);
  }
}
