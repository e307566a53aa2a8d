/** What forwarding the intake needs of the world; a test drives it by hand. */
import type { FramePort, LogMessage } from '#jetstream';
import type { IntakeState, LastIntakeFrame } from './resume-point.js';

export interface IntakeReading {
  /** Rejects when reading cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** No message is handed on after this resolves. */
  stop(): Promise<void>;
}

export interface IntakePort {
  /** The last frame that any process wrote from the intake. */
  lastFrame(): Promise<LastIntakeFrame | null>;
  state(): Promise<IntakeState>;
  /** Hands on the messages of `INTAKE` from `fromSequence` on, in order; the handler's promise holds them back. */
  read(fromSequence: number, handler: (messages: LogMessage[]) => Promise<void>): IntakeReading;
  /** Ids of the dead letters that were stored for the message of that sequence and for later ones. */
  storedLetters(fromSequence: number): Promise<Set<string>>;
  /** Removes the messages up to and including that one. */
  purge(upToSequence: number): Promise<void>;
  readonly frames: FramePort;
}
