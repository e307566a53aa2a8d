/** Places in a stream by the time at which their messages were stored. */
import type { NatsConnection } from '@nats-io/transport-node';
import { managerOf, streamState } from './stream-state.js';

/** When the message was stored, epoch milliseconds; `null` when the stream does not hold it. */
export async function storedAt(
  connection: NatsConnection,
  stream: string,
  sequence: number,
): Promise<number | null> {
  const message = await (await managerOf(connection)).streams.getMessage(stream, { seq: sequence });
  return message?.time.getTime() ?? null;
}

/**
 * The first sequence that was stored at that time or later, found by halving; the last + 1 when there is none.
 * For streams that lose messages at their beginning only.
 */
export async function firstSequenceSince(
  connection: NatsConnection,
  stream: string,
  timeMs: number,
): Promise<number> {
  const { first, last } = await streamState(connection, stream);
  let low = first;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const time = await storedAt(connection, stream, middle);
    // What is gone by now was older.
    if (time === null || time < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
