import type { DeadLetter } from '#contracts';

/** Injection token of the `DeadLetterPort`. */
export const DEAD_LETTER_PORT = Symbol('dead letter port');

/** Where refused input goes. */
export interface DeadLetterPort {
  /** Resolves when every one of them is stored durably; storing one twice is storing it once. Rejects to be retried. */
  store(letters: readonly DeadLetter[]): Promise<void>;
}
