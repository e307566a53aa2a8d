import { decodeFrameHeader } from '#contracts';
import { HandDrivenClock, settle } from '#testing';
import { csvLine, intakeMessage, IntakeInMemory } from '../../test/intake-in-memory.js';
import { DeadLetterWriter } from '../dead-letters/dead-letter-writer.js';
import { IntakeForwarder } from './intake-forwarder.js';

const SEND = { attemptTimeoutMs: 2_000, resendWithinMs: 10_000 };

function setUp() {
  const intake = new IntakeInMemory();
  const clock = new HandDrivenClock();
  const room = { available: true, written: () => undefined };
  const window = { maxLetters: 10, maxBytes: 1_000_000, maxMessageBytes: 100_000 };
  const lines: string[] = [];
  const forwarder = new IntakeForwarder({
    port: intake,
    clock,
    send: SEND,
    limits: { maxItems: 1_000, maxDepth: 8, maxBodyBytes: 1_000_000 },
    shardCount: 4,
    deadLetters: new DeadLetterWriter(intake.letters, clock, SEND, window, () => undefined),
    room,
    cleaner: { covered: () => undefined },
    metrics: { bodyDecoded: () => undefined, frameSettled: () => undefined, tookOver: () => undefined },
    onStored: () => undefined,
    logger: {
      info: ((_: unknown, line: string) => lines.push(line)) as never,
      warn: ((line: unknown) => lines.push(String(line))) as never,
    },
    wallClock: () => 1_000,
    takeoverMs: 3_000,
  });
  forwarder.start();
  return { intake, clock, room, forwarder, lines };
}

describe('IntakeForwarder', () => {
  it('claims at the start, behind the last frame, with a greater epoch and the place it goes on from', async () => {
    const { intake, forwarder } = setUp();
    await settle();
    const [{ frame }] = intake.frames.pending;
    expect(frame.expectLastSubjectSequence).toBe(0);
    expect(decodeFrameHeader(frame.data)).toMatchObject({
      epoch: 1_000,
      count: 0,
      upstream: { sequence: 0, items: 0, complete: true },
    });
    expect(intake.reading).toBe(false);
    await intake.storeFrame();
    await settle();
    expect(forwarder.currentMode).toBe('forwarding');
    expect(intake.reading).toBe(true);
  });

  it('takes an epoch above that of the last frame, whatever the clock says', async () => {
    const { intake, clock } = setUp();
    intake.storeForeign(9_000);
    await settle();
    // The claim was made before the other's frame was there.
    await intake.storeFrame();
    await clock.advance(500);
    await settle();
    expect(decodeFrameHeader(intake.frames.pending[0].frame.data).epoch).toBe(9_001);
  });

  it('stands by when another process has claimed, as long as that one makes progress', async () => {
    const { intake, clock, forwarder } = setUp();
    await settle();
    await intake.storeFrame();
    await settle();
    intake.storeForeign(2_000);
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.storeFrame();
    await settle();
    expect(forwarder.currentMode).toBe('watching');
    for (let i = 0; i < 20; i++) {
      intake.storeForeign(2_000);
      await clock.advance(600);
      await settle();
    }
    expect(forwarder.currentMode).toBe('watching');
    expect(intake.frames.pending).toEqual([]);
  });

  it('takes over when messages wait and the other one makes no progress', async () => {
    const { intake, clock, forwarder } = setUp();
    await settle();
    await intake.storeFrame();
    await settle();
    intake.storeForeign(2_000);
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.storeFrame();
    for (let i = 0; i < 8; i++) {
      await settle();
      await clock.advance(600);
    }
    await settle();
    await intake.storeFrame();
    await settle();
    expect(forwarder.currentMode).toBe('forwarding');
    await intake.storeFrame();
    expect(intake.eventIds).toEqual(['a']);
  });

  it('does not take over while nothing waits', async () => {
    const { intake, clock, forwarder } = setUp();
    await settle();
    await intake.storeFrame();
    await settle();
    await intake.arrive(intakeMessage(1, csvLine('a')));
    intake.storeForeign(2_000);
    await intake.storeFrame();
    await settle();
    // The other one has covered the message.
    intake.stored.push({
      ...intake.stored.at(-1)!,
      logSequence: 99,
      upstream: { sequence: 1, items: 1, complete: true },
    });
    for (let i = 0; i < 20; i++) {
      await clock.advance(600);
      await settle();
    }
    expect(forwarder.currentMode).toBe('watching');
  });

  it('claims again after a failure, and says each problem once', async () => {
    const { intake, clock, lines, forwarder } = setUp();
    await settle();
    for (let i = 0; i < 5; i++) {
      await intake.frames.answer({ kind: 'unavailable', message: 'not connected to NATS' });
      await clock.advance(500);
      await settle();
    }
    expect(lines.filter((line) => line.includes('not connected to NATS'))).toHaveLength(1);
    await intake.storeFrame();
    await settle();
    expect(forwarder.currentMode).toBe('forwarding');
  });

  it('does not mistake its own late frame for another process', async () => {
    const { intake, clock, forwarder } = setUp();
    await settle();
    await intake.storeFrame();
    await settle();
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.storeFrameUnheard();
    await clock.advance(50);
    // The server has forgotten the id: it sees a frame that is not expected.
    await intake.frames.answer({ kind: 'conflict', message: 'wrong last sequence' });
    await settle();
    await intake.storeFrame();
    await settle();
    expect(forwarder.currentMode).toBe('forwarding');
    expect(intake.eventIds).toEqual(['a']);
    await intake.arrive(intakeMessage(2, csvLine('b')));
    await intake.storeFrame();
    expect(intake.eventIds).toEqual(['a', 'b']);
  });

  it('stops in every mode', async () => {
    const claiming = setUp();
    await settle();
    const stopped = claiming.forwarder.stop();
    await claiming.intake.storeFrame();
    await stopped;
    expect(claiming.forwarder.currentMode).toBe('stopped');

    const forwarding = setUp();
    await settle();
    await forwarding.intake.storeFrame();
    await settle();
    await forwarding.forwarder.stop();
    expect(forwarding.forwarder.currentMode).toBe('stopped');
    expect(forwarding.intake.reading).toBe(false);
  });
});
