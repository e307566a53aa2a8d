import { deadLetterSubject, encodeDeadLetter, type DeadLetter } from '#contracts';
import type { AckedPublisher } from '#jetstream';
import type { DeadLetterPort } from './dead-letter-port.js';

/** Publishes to `dead-letters.<reason>`; the id of the letter is that of the message. */
export class JetStreamDeadLetters implements DeadLetterPort {
  constructor(private readonly publisher: AckedPublisher) {}

  async store(letters: readonly DeadLetter[]): Promise<void> {
    await Promise.all(letters.map((letter) => this.publish(letter)));
  }

  private async publish(letter: DeadLetter): Promise<void> {
    const outcome = await this.publisher.publish(deadLetterSubject(letter.reason), encodeDeadLetter(letter), {
      msgId: letter.id,
    });
    if (outcome.kind === 'stored') return;
    throw new Error(`dead letter ${letter.id} was not stored: ${outcome.kind}: ${outcome.message}`);
  }
}
