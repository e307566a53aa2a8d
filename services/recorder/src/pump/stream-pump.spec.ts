import type { LogMessage } from '#jetstream';
import { FencedError, type PositionMove } from '#postgres';
import type { BatchSink } from './batch-sink.js';
import { StreamPump } from './stream-pump.js';

const message = (sequence: number): LogMessage => ({
  subject: 'events.http',
  sequence,
  timeMs: sequence * 10,
  data: new Uint8Array(),
  header: () => undefined,
});

const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
/** Lets everything that is ready run; timers of 0 ms too. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A sink whose writes end when the test says so. */
class HandDrivenSink implements BatchSink<number[]> {
  readonly stream = 'EVENTS';
  readonly writes: {
    batch: readonly number[];
    move: PositionMove;
    end: () => void;
    fail: (e: Error) => void;
  }[] = [];

  begin(): number[] {
    return [];
  }
  add(batch: number[], { sequence }: LogMessage): void {
    batch.push(sequence);
  }
  rowsIn(batch: number[]): number {
    return batch.length;
  }
  write(batch: number[], move: PositionMove): Promise<void> {
    return new Promise((resolve, reject) => {
      this.writes.push({ batch: [...batch], move, end: resolve, fail: reject });
    });
  }
}

function pumpWith(settings: { batchRows: number; intervalMs: number }, position = 0) {
  const sink = new HandDrivenSink();
  const written: PositionMove[] = [];
  const failing: number[] = [];
  const pump = new StreamPump(sink, position, settings, {
    written: (_stream, _rows, _seconds, move) => written.push(move),
    failing: (_stream, failures) => failing.push(failures),
  });
  return { sink, pump, written, failing };
}

describe('a pump', () => {
  it('writes a lone message at once, whatever the interval', async () => {
    const { sink, pump, written } = pumpWith({ batchRows: 100, intervalMs: 60_000 });
    await pump.accept([message(1)]);
    await settle();
    expect(sink.writes).toHaveLength(1);
    expect(pump.uncommitted).toBe(1);
    expect(pump.recorded).toBe(0);
    sink.writes[0].end();
    await settle();
    expect(written).toEqual([{ stream: 'EVENTS', from: 0, to: 1, loggedAtMs: 10 }]);
    expect(pump.recorded).toBe(1);
    expect(pump.uncommitted).toBe(0);
    pump.halt();
  });

  it('gathers what comes within the interval into one batch', async () => {
    const { sink, pump } = pumpWith({ batchRows: 100, intervalMs: 60 });
    await pump.accept([message(1)]);
    await settle();
    sink.writes[0].end();
    await settle();
    await pump.accept([message(2)]);
    await settle();
    await pump.accept([message(3)]);
    expect(sink.writes).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(sink.writes).toHaveLength(2);
    expect(sink.writes[1].batch).toEqual([2, 3]);
    sink.writes[1].end();
    await pump.stop();
  });

  it('holds two batches and no more: then the reader waits', async () => {
    const { sink, pump } = pumpWith({ batchRows: 3, intervalMs: 0 });
    let accepted = false;
    const accepting = pump.accept(messages(1, 9)).then(() => (accepted = true));
    await settle();
    expect(sink.writes.map((write) => write.batch)).toEqual([[1, 2, 3]]);
    expect(accepted).toBe(false);
    expect(pump.uncommitted).toBe(6);
    sink.writes[0].end();
    await settle();
    expect(sink.writes.map((write) => write.batch)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    sink.writes[1].end();
    await accepting;
    await settle();
    expect(sink.writes[2].move).toEqual({ stream: 'EVENTS', from: 6, to: 9, loggedAtMs: 90 });
    expect(pump.oldestUncommittedMs).toBe(70);
    sink.writes[2].end();
    await pump.stop();
    expect(pump.recorded).toBe(9);
  });

  it('repeats the same write until it succeeds, and tells of it', async () => {
    const { sink, pump, failing } = pumpWith({ batchRows: 2, intervalMs: 0 }, 40);
    await pump.accept(messages(41, 42));
    await settle();
    sink.writes[0].fail(new Error('away'));
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(sink.writes).toHaveLength(2);
    expect(sink.writes[1]).toMatchObject({ batch: [41, 42], move: { from: 40, to: 42 } });
    expect(pump.recorded).toBe(40);
    sink.writes[1].end();
    await settle();
    expect(failing).toEqual([1, 0]);
    expect(pump.recorded).toBe(42);
    pump.halt();
  });

  it('gives up when another recorder writes, and takes in nothing more', async () => {
    const { sink, pump } = pumpWith({ batchRows: 1, intervalMs: 0 });
    await pump.accept([message(1)]);
    sink.writes[0].fail(new FencedError('position is 7'));
    expect((await pump.failed).message).toBe('position is 7');
    await expect(pump.accept([message(2)])).rejects.toThrow('position is 7');
    expect(sink.writes).toHaveLength(1);
  });

  it('finishes what it holds when it is stopped', async () => {
    const { sink, pump } = pumpWith({ batchRows: 2, intervalMs: 60_000 });
    await pump.accept(messages(1, 3));
    const stopping = pump.stop();
    sink.writes[0].end();
    await settle();
    expect(sink.writes[1].batch).toEqual([3]);
    sink.writes[1].end();
    await stopping;
    expect(pump.recorded).toBe(3);
  });

  it('does not repeat a write that fails while it is being stopped', async () => {
    const { sink, pump } = pumpWith({ batchRows: 2, intervalMs: 0 });
    await pump.accept(messages(1, 2));
    const stopping = pump.stop();
    sink.writes[0].fail(new Error('away'));
    await stopping;
    await settle();
    expect(sink.writes).toHaveLength(1);
    expect(pump.recorded).toBe(0);
  });

  it('lets a reader go that waits for room when it is halted', async () => {
    const { sink, pump } = pumpWith({ batchRows: 1, intervalMs: 0 });
    const accepting = pump.accept(messages(1, 5)).catch((error: Error) => error.message);
    await settle();
    pump.halt();
    sink.writes[0].fail(new Error('away'));
    expect(await accepting).toBe('away');
    await pump.stop();
  });
});
