import { claimSubject, LOG_SEQUENCE_HEADER, SHARD_HEADER, STREAMS } from '#contracts';
import type {
  ClaimOutcome,
  OutgoingMessage,
  OutputStream,
  PublishOutcome,
  StoredOutput,
  StreamBounds,
  Tenure,
} from '#sharding';
import type { AckedPublisher } from '../acked-publisher.js';
import { claimOutput, fence } from '../claims.js';
import type { NatsConnection } from '../connection.js';
import { readBack } from '../read-back.js';
import { managerOf, streamState } from '../stream-state.js';

const MESSAGE_ID_HEADER = 'Nats-Msg-Id';

/** What of a stream is output; the rest are claims. */
const OUTPUT_SUBJECTS = { alerts: ['alerts.>', 'shadow.>'], late: ['late.>'] } as const;

/** `ALERTS` or `LATE`, as the shards write them. */
export class NatsOutput implements OutputStream {
  private readonly stream: string;

  constructor(
    private readonly connection: NatsConnection,
    private readonly publisher: AckedPublisher,
    readonly name: 'alerts' | 'late',
  ) {
    this.stream = STREAMS[name];
  }

  async claim(shard: number, { owner, revision }: Tenure): Promise<ClaimOutcome> {
    try {
      return await claimOutput(this.connection, this.stream, claimSubject(this.name, shard), revision, owner);
    } catch (error) {
      return { kind: 'unavailable', message: (error as Error).message };
    }
  }

  publish(shard: number, claimSequence: number, message: OutgoingMessage): Promise<PublishOutcome> {
    const { subject, data, msgId, headers } = message;
    const options = { msgId, headers, ...fence(claimSubject(this.name, shard), claimSequence) };
    return this.publisher.publish(subject, data, options);
  }

  async bounds(): Promise<StreamBounds> {
    const { first, last } = await streamState(this.connection, this.stream);
    return { first, last };
  }

  async readBack(from: number, to: number, visit: (stored: StoredOutput) => void): Promise<void> {
    if (from > to) return;
    const subjects = OUTPUT_SUBJECTS[this.name];
    const request = { stream: this.stream, subjects, fromSequence: from, upToSequence: to };
    for await (const message of readBack(this.connection, request)) {
      const msgId = message.header(MESSAGE_ID_HEADER);
      const shard = Number(message.header(SHARD_HEADER));
      const logSequence = Number(message.header(LOG_SEQUENCE_HEADER));
      // Whatever lacks these headers was put there by somebody else, and is no decision of a shard.
      if (msgId === undefined || !Number.isInteger(shard) || !Number.isInteger(logSequence)) continue;
      visit({ sequence: message.sequence, msgId, shard, logSequence });
    }
  }

  async body(sequence: number): Promise<Uint8Array | null> {
    const manager = await managerOf(this.connection);
    const message = await manager.streams.getMessage(this.stream, { seq: sequence });
    return message?.data ?? null;
  }
}
