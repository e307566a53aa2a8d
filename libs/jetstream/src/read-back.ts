/** Reads a finished stretch of a stream: what was published between two places, by its headers. */
import type { NatsConnection } from '@nats-io/transport-node';
import type { LogMessage } from './log-message.js';
import { LogReader } from './log-reader.js';
import { streamState } from './stream-state.js';

export interface ReadBackRequest {
  readonly stream: string;
  /** Only messages on these subjects. */
  readonly subjects: readonly string[];
  /** Where to begin; what was trimmed below the stream's first message is passed over. */
  readonly fromSequence: number;
  /** The last place to be read, e.g. that of the own claim. */
  readonly upToSequence: number;
  /** Bodies are empty unless this is set to false. */
  readonly headersOnly?: boolean;
}

/**
 * Yields the messages in order and ends. What is stored after `upToSequence` is not waited for, so that place must
 * have been stored before. The connection may break and come back meanwhile.
 */
export async function* readBack(
  connection: NatsConnection,
  request: ReadBackRequest,
): AsyncGenerator<LogMessage> {
  const { stream, subjects, upToSequence } = request;
  const { first, last } = await streamState(connection, stream);
  const fromSequence = Math.max(request.fromSequence, first);
  if (fromSequence > Math.min(upToSequence, last)) return;

  const steps = new Steps();
  const reader = new LogReader(
    connection,
    {
      stream,
      fromSequence,
      subjects,
      headersOnly: request.headersOnly ?? true,
      onCaughtUp: () => steps.put({ kind: 'end' }),
      onFailure: (error) => steps.put({ kind: 'failure', error }),
    },
    (messages) => new Promise<void>((release) => steps.put({ kind: 'batch', messages, release })),
  );
  await reader.start();
  try {
    for (;;) {
      const step = await steps.take();
      if (step.kind === 'failure') throw step.error;
      if (step.kind === 'end') return;
      for (const message of step.messages) {
        if (message.sequence > upToSequence) return;
        yield message;
      }
      step.release();
    }
  } finally {
    steps.releaseAll();
    await reader.stop();
  }
}

type Step =
  | { readonly kind: 'batch'; readonly messages: LogMessage[]; readonly release: () => void }
  | { readonly kind: 'end' }
  | { readonly kind: 'failure'; readonly error: Error };

/** Turns the reader's calls into steps that the generator takes one by one. At most one batch is in it. */
class Steps {
  private readonly queue: Step[] = [];
  private wake: (() => void) | null = null;
  private release: (() => void) | null = null;
  private over = false;

  put(step: Step): void {
    if (step.kind === 'batch') {
      if (this.over) return step.release();
      this.release = step.release;
    }
    this.queue.push(step);
    this.wake?.();
  }

  async take(): Promise<Step> {
    while (this.queue.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = null;
    return this.queue.shift()!;
  }

  /** Lets the reader's handler go, so that the reader can be stopped. */
  releaseAll(): void {
    this.over = true;
    this.release?.();
  }
}
