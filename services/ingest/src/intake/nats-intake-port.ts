/** The intake on a NATS server. */
import { decodeFrameHeader, FRAME_SUBJECTS, STREAMS } from '#contracts';
import {
  firstSequenceSince,
  type FramePort,
  lastMessage,
  type LogMessage,
  LogReader,
  type NatsConnection,
  purgeUpTo,
  readBack,
  storedAt,
  streamState,
} from '#jetstream';
import type { IntakePort, IntakeReading } from './intake-port.js';
import type { IntakeState, LastIntakeFrame } from './resume-point.js';
import { INTAKE_SOURCE } from './tenure.js';

/** What is received and not forwarded yet; a frame takes 64 KB of it. */
const BUFFER_BYTES = 8 * 1024 * 1024;
/** Streams may be led by servers whose clocks differ. */
const CLOCK_MARGIN_MS = 60_000;

export class NatsIntakePort implements IntakePort {
  constructor(
    private readonly connection: NatsConnection,
    readonly frames: FramePort,
    private readonly onMessage: (line: string) => void,
  ) {}

  async lastFrame(): Promise<LastIntakeFrame | null> {
    const message = await lastMessage(this.connection, STREAMS.events, FRAME_SUBJECTS.intake);
    if (message === null) return null;
    const { epoch, upstream } = decodeFrameHeader(message.data);
    return { logSequence: message.sequence, logTimeMs: message.timeMs, epoch, upstream };
  }

  async state(): Promise<IntakeState> {
    const { first, last, created } = await streamState(this.connection, STREAMS.intake);
    return { firstSequence: first, lastSequence: last, createdMs: Date.parse(created) };
  }

  read(fromSequence: number, handler: (messages: LogMessage[]) => Promise<void>): IntakeReading {
    const { onMessage } = this;
    const options = { stream: STREAMS.intake, fromSequence, bufferBytes: BUFFER_BYTES, onMessage };
    const reader = new LogReader(this.connection, options, handler);
    const failed = new Promise<never>((_, reject) => {
      reader.start().catch(reject);
      void reader.ended.then((error) => error !== null && reject(error));
    });
    return { failed, stop: () => reader.stop() };
  }

  async storedLetters(fromSequence: number): Promise<Set<string>> {
    const ids = new Set<string>();
    const receivedAt = await storedAt(this.connection, STREAMS.intake, fromSequence);
    if (receivedAt === null) return ids;
    const { last } = await streamState(this.connection, STREAMS.deadLetters);
    const request = {
      stream: STREAMS.deadLetters,
      subjects: ['dead-letters.>'],
      // A dead letter is stored after the message that it is about.
      fromSequence: await firstSequenceSince(
        this.connection,
        STREAMS.deadLetters,
        receivedAt - CLOCK_MARGIN_MS,
      ),
      upToSequence: last,
    };
    for await (const letter of readBack(this.connection, request)) {
      const id = letter.header('Nats-Msg-Id') ?? '';
      const [source, sequence] = id.split(':');
      if (source === INTAKE_SOURCE && Number(sequence) >= fromSequence) ids.add(id);
    }
    return ids;
  }

  async purge(upToSequence: number): Promise<void> {
    await purgeUpTo(this.connection, STREAMS.intake, upToSequence);
  }
}
