/**
 * Stores dead letters: many at a time, in bounded numbers, each once.
 * All writers of the process share one window, so that a flood of refused items costs time and not memory.
 */
import { type DeadLetter, deadLetterSubject, encodeDeadLetter } from '#contracts';
import {
  type FramePort,
  type PublishOutcome,
  type SendClock,
  type SendSettings,
  sendUntilKnown,
} from '#jetstream';

export interface DeadLetterWindow {
  /** Most letters that wait for their acknowledgement. */
  readonly maxLetters: number;
  readonly maxBytes: number;
  /** Largest message that the server takes. */
  readonly maxMessageBytes: number;
}

export type DeadLetterOutcome = { readonly kind: 'stored' } | Exclude<PublishOutcome, { kind: 'stored' }>;

const STORED: DeadLetterOutcome = { kind: 'stored' };

export class DeadLetterWriter {
  private letters = 0;
  private bytes = 0;
  private readonly waiters: (() => void)[] = [];

  constructor(
    private readonly port: FramePort,
    private readonly clock: SendClock,
    private readonly send: SendSettings,
    private readonly window: DeadLetterWindow,
    private readonly stored: (reason: string) => void,
  ) {}

  /** Resolves when all are stored; with the first failure otherwise, and the rest may then be stored or not. */
  async write(letters: readonly DeadLetter[]): Promise<DeadLetterOutcome> {
    let failure: DeadLetterOutcome | null = null;
    const sending: Promise<void>[] = [];
    for (const letter of letters) {
      const data = encodeWithin(letter, this.window.maxMessageBytes);
      await this.enter(data.length);
      if (failure !== null) {
        this.leave(data.length);
        break;
      }
      const sent = this.sendOne(letter, data).then((outcome) => {
        this.leave(data.length);
        if (outcome.kind === 'stored') this.stored(letter.reason);
        else failure ??= outcome;
      });
      sending.push(sent);
    }
    await Promise.all(sending);
    return failure ?? STORED;
  }

  private sendOne(letter: DeadLetter, data: Uint8Array): Promise<PublishOutcome> {
    const message = { subject: deadLetterSubject(letter.reason), data, msgId: letter.id };
    return sendUntilKnown(this.port, this.clock, message, this.send);
  }

  private async enter(bytes: number): Promise<void> {
    while (
      this.letters > 0 &&
      (this.letters >= this.window.maxLetters || this.bytes + bytes > this.window.maxBytes)
    ) {
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
    this.letters += 1;
    this.bytes += bytes;
  }

  private leave(bytes: number): void {
    this.letters -= 1;
    this.bytes -= bytes;
    for (const wake of this.waiters.splice(0)) wake();
  }
}

/** The letter as a message; a payload that makes it too large is cut, and the message says so. */
function encodeWithin(letter: DeadLetter, maxBytes: number): Uint8Array {
  let data = encodeDeadLetter(letter);
  const { length } = letter.payload;
  // Escapes make text up to six times as long, so the right length is found by trying.
  for (let keep = length; data.length > maxBytes && keep > 0;) {
    keep = Math.min(Math.floor(keep / 2), maxBytes);
    const message = `${letter.message} (payload cut: the first ${keep} of ${length} bytes)`;
    data = encodeDeadLetter({ ...letter, message, payload: letter.payload.subarray(0, keep) });
  }
  return data;
}
