/** A log for tests: publishes wait until the test says what becomes of them, and time passes when the test says so. */

import type { FramePort, PublishOutcome, SealedFrame, SendClock } from '#jetstream';

export interface PendingPublish {
  readonly frame: SealedFrame;
  readonly timeoutMs: number;
  readonly answer: (outcome: PublishOutcome) => void;
}

/** Lets everything run that waits for promises only. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

export class HandDrivenPort implements FramePort {
  readonly pending: PendingPublish[] = [];
  /** Every attempt, in order. */
  readonly attempts: SealedFrame[] = [];
  private lastSequence = 0;

  publish(frame: SealedFrame, timeoutMs: number): Promise<PublishOutcome> {
    this.attempts.push(frame);
    return new Promise((answer) => this.pending.push({ frame, timeoutMs, answer }));
  }

  /** Settles the oldest publish that waits. */
  async answer(outcome: PublishOutcome): Promise<void> {
    const publish = this.pending.shift();
    if (publish === undefined) throw new Error('nothing is being published');
    publish.answer(outcome);
    await settle();
  }

  store(): Promise<void> {
    this.lastSequence += 1;
    return this.answer({ kind: 'stored', sequence: this.lastSequence, duplicate: false });
  }
}

export class HandDrivenClock implements SendClock {
  private time = 0;
  private sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  pause(ms: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ at: this.time + ms, wake }));
  }

  async advance(ms: number): Promise<void> {
    this.time += ms;
    const due = this.sleepers.filter(({ at }) => at <= this.time);
    this.sleepers = this.sleepers.filter(({ at }) => at > this.time);
    for (const { wake } of due) wake();
    await settle();
  }
}
