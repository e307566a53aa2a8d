import type { PublishOutcome } from '../publish-outcome.js';
import { HandDrivenClock, HandDrivenPort, settle } from '#testing';
import { sendUntilKnown } from './send-frame.js';

const FRAME = { subject: 'events.http', data: Uint8Array.of(1), msgId: 'http-a:1:1' };
const UNKNOWN: PublishOutcome = { kind: 'unknown', message: 'no acknowledgement in time' };

function setUp() {
  const port = new HandDrivenPort();
  const clock = new HandDrivenClock();
  const outcomes: PublishOutcome[] = [];
  const settings = { attemptTimeoutMs: 2_000, resendWithinMs: 10_000 };
  void sendUntilKnown(port, clock, FRAME, settings).then((outcome) => outcomes.push(outcome));
  return { port, clock, outcomes };
}

describe('sendUntilKnown', () => {
  it.each([
    { kind: 'full', message: 'x' },
    { kind: 'unavailable', message: 'x' },
    { kind: 'conflict', message: 'x' },
    { kind: 'stored', sequence: 3, duplicate: false },
  ] as const)('takes $kind of a first attempt at its word', async (outcome) => {
    const { port, outcomes } = setUp();
    await port.answer(outcome);
    expect(outcomes).toEqual([outcome]);
    expect(port.attempts).toHaveLength(1);
  });

  it('sends the same bytes under the same id while the outcome is unknown', async () => {
    const { port, clock, outcomes } = setUp();
    await port.answer(UNKNOWN);
    await clock.advance(50);
    await port.answer(UNKNOWN);
    await clock.advance(100);
    await port.answer({ kind: 'stored', sequence: 7, duplicate: true });
    expect(port.attempts).toEqual([FRAME, FRAME, FRAME]);
    expect(outcomes).toEqual([{ kind: 'stored', sequence: 7, duplicate: true }]);
  });

  it.each(['full', 'unavailable'] as const)(
    'does not take a later %s as word on the attempt before it',
    async (kind) => {
      const { port, clock, outcomes } = setUp();
      await port.answer(UNKNOWN);
      await clock.advance(50);
      await port.answer({ kind, message: 'x' });
      expect(outcomes).toEqual([]);
      await clock.advance(100);
      await port.store();
      expect(outcomes).toEqual([{ kind: 'stored', sequence: 1, duplicate: false }]);
    },
  );

  it('gives up as unknown when sending again would not be safe any more', async () => {
    const { port, clock, outcomes } = setUp();
    await clock.advance(9_900);
    await port.answer(UNKNOWN);
    await clock.advance(100);
    expect(port.attempts).toHaveLength(1);
    expect(outcomes).toEqual([{ kind: 'unknown', message: 'given up: no acknowledgement in time' }]);
  });

  it('lets no attempt wait beyond the time in which it could be repeated', async () => {
    const { port, clock } = setUp();
    await clock.advance(9_000);
    await port.answer(UNKNOWN);
    await clock.advance(50);
    await settle();
    expect(port.pending[0].timeoutMs).toBe(950);
  });
});
