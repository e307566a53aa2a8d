/** An intake and a log in memory for tests; publishes wait until the test says what becomes of them. */
import { decodeFrameHeader, readFrame } from '#contracts';
import type { LogMessage, SealedFrame } from '#jetstream';
import { HandDrivenPort, settle } from '#testing';
import type { IntakePort, IntakeReading } from '../src/intake/intake-port.js';
import type { IntakeState, LastIntakeFrame } from '../src/intake/resume-point.js';

export function intakeMessage(sequence: number, text: string): LogMessage {
  const data = new TextEncoder().encode(text);
  return { subject: 'intake.web', sequence, timeMs: 1_700_000_000_000, data, header: () => undefined };
}

/** A CSV line of an event that is valid. */
export function csvLine(eventId: string, accountId = 'account'): string {
  return `${eventId},${accountId},login,NL,1600000000`;
}

export class IntakeInMemory implements IntakePort {
  readonly frames = new HandDrivenPort();
  readonly letters = new HandDrivenPort();
  readonly purges: number[] = [];
  readonly stored: LastIntakeFrame[] = [];
  readonly eventIds: string[] = [];
  storedLetterIds = new Set<string>();
  messages: LogMessage[] = [];
  private handler: ((messages: LogMessage[]) => Promise<void>) | null = null;
  private failReading: (error: Error) => void = () => undefined;
  private logSequence = 0;

  lastFrame(): Promise<LastIntakeFrame | null> {
    return Promise.resolve(this.stored.at(-1) ?? null);
  }

  state(): Promise<IntakeState> {
    const lastSequence = this.messages.at(-1)?.sequence ?? 0;
    return Promise.resolve({ firstSequence: 1, lastSequence, createdMs: 0 });
  }

  read(fromSequence: number, handler: (messages: LogMessage[]) => Promise<void>): IntakeReading {
    this.handler = handler;
    const failed = new Promise<never>((_, reject) => (this.failReading = reject));
    const waiting = this.messages.filter(({ sequence }) => sequence >= fromSequence);
    if (waiting.length > 0) void handler(waiting);
    return { failed, stop: () => Promise.resolve(void (this.handler = null)) };
  }

  storedLetters(): Promise<Set<string>> {
    return Promise.resolve(this.storedLetterIds);
  }

  purge(upToSequence: number): Promise<void> {
    this.purges.push(upToSequence);
    return Promise.resolve();
  }

  get reading(): boolean {
    return this.handler !== null;
  }

  /** Messages arrive while somebody reads. */
  async arrive(...messages: LogMessage[]): Promise<void> {
    this.messages.push(...messages);
    void this.handler?.(messages);
    await settle();
  }

  breakReading(message: string): Promise<void> {
    this.failReading(new Error(message));
    return settle();
  }

  /** Somebody else's frame, as when another process claims. */
  storeForeign(epoch: number): void {
    this.logSequence += 1;
    const upstream = this.stored.at(-1)?.upstream ?? { sequence: 0, items: 0, complete: true };
    this.stored.push({ logSequence: this.logSequence, logTimeMs: Date.now(), epoch, upstream });
  }

  /** Stores the frame that waits, if what it expects holds. */
  async storeFrame(): Promise<SealedFrame> {
    const { frame } = this.frames.pending[0];
    const current = this.stored.at(-1)?.logSequence ?? 0;
    if (frame.expectLastSubjectSequence !== current) {
      await this.frames.answer({ kind: 'conflict', message: 'wrong last sequence' });
      return frame;
    }
    this.keep(frame);
    await this.frames.answer({ kind: 'stored', sequence: this.logSequence, duplicate: false });
    return frame;
  }

  /** The frame lands, but its acknowledgement is lost. */
  async storeFrameUnheard(): Promise<void> {
    this.keep(this.frames.pending[0].frame);
    await this.frames.answer({ kind: 'unknown', message: 'no acknowledgement in time' });
  }

  private keep({ data }: SealedFrame): void {
    this.logSequence += 1;
    const { epoch, upstream } = decodeFrameHeader(data);
    this.stored.push({ logSequence: this.logSequence, logTimeMs: Date.now(), epoch, upstream });
    readFrame(data, null, ({ eventId }) => this.eventIds.push(eventId));
  }
}
