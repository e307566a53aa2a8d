import {
  decodeDeadLetter,
  type DeadLetter,
  deadLetterSubject,
  encodeDeadLetter,
  logPlace,
  MessageError,
  STREAMS,
} from '#contracts';
import type { DeadLetterBox, SetAside } from '#sharding';
import type { AckedPublisher } from '../acked-publisher.js';
import type { NatsConnection } from '../connection.js';
import { lastMessage } from '../stream-state.js';

/** Bytes that are kept of what was set aside; a letter must itself fit a message, in base64 too. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

/** `DEAD_LETTERS`, for messages of the log that cannot be folded. */
export class NatsDeadLetterBox implements DeadLetterBox {
  constructor(
    private readonly connection: NatsConnection,
    private readonly publisher: AckedPublisher,
  ) {}

  async lastPlace(reason: string): Promise<number> {
    const last = await lastMessage(this.connection, STREAMS.deadLetters, deadLetterSubject(reason));
    return last === null ? -1 : placeOf(last.data);
  }

  async put(aside: SetAside): Promise<'stored' | 'not-stored'> {
    const letter = letterOf(aside);
    const data = encodeDeadLetter(letter);
    const outcome = await this.publisher.publish(deadLetterSubject(aside.reason), data, { msgId: letter.id });
    return outcome.kind === 'stored' ? 'stored' : 'not-stored';
  }
}

/** A letter that somebody else put under the reason says nothing of the log. */
function placeOf(data: Uint8Array): number {
  try {
    const { source } = decodeDeadLetter(data);
    if (source.name === STREAMS.events && source.sequence !== null)
      return logPlace(source.sequence, source.index);
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
  }
  return -1;
}

/** Every reader of the log gives the same refusal the same id. */
function letterOf({ reason, message, sequence, index, timeMs, payload }: SetAside): DeadLetter {
  const place = reason === 'engine-error' ? `${sequence}.${index}` : String(sequence);
  return {
    id: `${reason}.${STREAMS.events}.${place}`,
    reason,
    field: null,
    value: null,
    message,
    source: { kind: 'log', name: STREAMS.events, sequence, index },
    receivedAt: timeMs,
    payload: payload.subarray(0, MAX_PAYLOAD_BYTES),
  };
}
