/**
 * Turns the messages of one stream into batches, and writes one batch at a time.
 *
 * Owns the open batch, the batch being written, and the position. The reader before it owns what was received; the
 * sink behind it owns what a row is.
 *
 * 1. Positions are moved in order, one batch after the other, each only by the sink's write of that batch.
 * 2. At most two batches are held: one being written and one open. A full open batch stops the reader.
 * 3. A batch that is not full is written at once after a pause, and otherwise `intervalMs` after the one before it
 *    began: batches grow by themselves with the load, and light traffic waits for nothing.
 * 4. A failed write is repeated until it succeeds, the pump is stopped, or it turns out that another recorder writes.
 */
import type { LogMessage } from '#jetstream';
import { describeDatabaseError, FencedError, type PositionMove } from '#postgres';
import { backoffMs, pause } from './backoff.js';
import type { BatchSink } from './batch-sink.js';

export interface PumpSettings {
  readonly batchRows: number;
  readonly intervalMs: number;
}

/** Told of what happens; for metrics, health and the log. */
export interface PumpObserver {
  written(stream: string, rows: number, seconds: number, move: PositionMove): void;
  /** `failures` in a row; 0 once it works again. */
  failing(stream: string, failures: number, problem: string): void;
}

interface Batch<B> {
  content: B;
  /** Sequence and log time of the last message in it. */
  to: number;
  loggedAtMs: number;
  /** Log time of the first message in it. */
  oldestMs: number;
  messages: number;
}

export class StreamPump<B> {
  private open: Batch<B>;
  private inFlight: Batch<B> | null = null;
  private writing: Promise<void> | null = null;
  private lastBegin = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private readonly stopper = new AbortController();
  private failure: Error | null = null;
  private fail!: (error: Error) => void;
  /** Resolves with the reason when the pump has given up for good. */
  readonly failed: Promise<Error>;

  constructor(
    private readonly sink: BatchSink<B>,
    private position: number,
    private readonly settings: PumpSettings,
    private readonly observer: PumpObserver,
  ) {
    this.open = this.emptyBatch();
    this.failed = new Promise((resolve) => (this.fail = resolve));
  }

  get stream(): string {
    return this.sink.stream;
  }

  /** Everything up to here is committed. */
  get recorded(): number {
    return this.position;
  }

  /** Messages taken in and not committed. */
  get uncommitted(): number {
    return this.open.messages + (this.inFlight?.messages ?? 0);
  }

  /** Log time of the oldest of these, or `null` when there are none. */
  get oldestUncommittedMs(): number | null {
    if (this.inFlight) return this.inFlight.oldestMs;
    return this.open.messages > 0 ? this.open.oldestMs : null;
  }

  /** The reader's handler; resolves when there is room for more. */
  async accept(messages: readonly LogMessage[]): Promise<void> {
    for (const message of messages) {
      this.sink.add(this.open.content, message);
      this.extend(this.open, message);
      if (this.isFull()) await this.flush();
    }
    this.flushSoon();
  }

  /** From now on a write that fails is not repeated: a reader that waits for room is let go. */
  halt(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.stopper.abort();
  }

  /** Writes what is there. Call it after `halt`, and after the reader has stopped. */
  async stop(): Promise<void> {
    this.halt();
    try {
      await this.flush();
      await this.writing;
    } catch {
      // What was not written is read again at the next start.
    }
  }

  private extend(batch: Batch<B>, { sequence, timeMs }: LogMessage): void {
    if (batch.messages === 0) batch.oldestMs = timeMs;
    batch.messages += 1;
    batch.to = sequence;
    batch.loggedAtMs = timeMs;
  }

  private isFull(): boolean {
    return this.sink.rowsIn(this.open.content) >= this.settings.batchRows;
  }

  private flushSoon(): void {
    if (this.writing || this.timer || this.open.messages === 0) return;
    if (this.failure || this.stopper.signal.aborted) return;
    const wait = this.lastBegin + this.settings.intervalMs - performance.now();
    this.timer = setTimeout(
      () => {
        this.timer = null;
        void this.flush().catch(() => undefined);
      },
      Math.max(0, wait),
    );
  }

  /** Waits for the write under way, then begins to write the open batch. Throws once the pump has failed. */
  private async flush(): Promise<void> {
    while (this.writing) await this.writing;
    if (this.failure) throw this.failure;
    if (this.open.messages === 0) return;
    const batch = this.open;
    this.open = this.emptyBatch();
    this.inFlight = batch;
    this.lastBegin = performance.now();
    this.writing = this.write(batch).then(
      () => this.afterWrite(),
      (error: Error) => this.giveUp(error),
    );
  }

  private afterWrite(): void {
    this.writing = null;
    this.inFlight = null;
    this.flushSoon();
  }

  private giveUp(error: Error): void {
    this.writing = null;
    this.failure = error;
    this.fail(error);
  }

  /** Invariant 4. */
  private async write(batch: Batch<B>): Promise<void> {
    const move = { stream: this.stream, from: this.position, to: batch.to, loggedAtMs: batch.loggedAtMs };
    const rows = this.sink.rowsIn(batch.content);
    const began = performance.now();
    for (let failures = 0; ;) {
      try {
        await this.sink.write(batch.content, move);
        if (failures > 0) this.observer.failing(this.stream, 0, '');
        break;
      } catch (error) {
        if (error instanceof FencedError || this.stopper.signal.aborted) throw error;
        failures += 1;
        this.observer.failing(this.stream, failures, describeDatabaseError(error));
        await pause(backoffMs(failures), this.stopper.signal);
      }
    }
    this.position = batch.to;
    this.observer.written(this.stream, rows, (performance.now() - began) / 1000, move);
  }

  private emptyBatch(): Batch<B> {
    return { content: this.sink.begin(), to: 0, loggedAtMs: 0, oldestMs: 0, messages: 0 };
  }
}
