import { HandDrivenClock, settle } from '#testing';
import { csvLine, intakeMessage, IntakeInMemory } from '../../test/intake-in-memory.js';
import { DeadLetterWriter } from '../dead-letters/dead-letter-writer.js';
import { type Claim, Tenure, type TenureEnd } from './tenure.js';

const SEND = { attemptTimeoutMs: 2_000, resendWithinMs: 10_000 };
const CLAIM: Claim = {
  epoch: 7,
  logSequence: 0,
  mark: { sequence: 0, items: 0, complete: true },
  sequence: 1,
  skipItems: 0,
  storedLetters: new Set(),
};

function setUp(claim: Partial<Claim> = {}) {
  const intake = new IntakeInMemory();
  const clock = new HandDrivenClock();
  const room = { available: true, written: () => undefined };
  const covered: number[] = [];
  const window = { maxLetters: 10, maxBytes: 1_000_000, maxMessageBytes: 100_000 };
  const tenure = new Tenure(
    {
      port: intake,
      clock,
      send: SEND,
      limits: { maxItems: 100_000, maxDepth: 8, maxBodyBytes: 1_000_000 },
      shardCount: 4,
      deadLetters: new DeadLetterWriter(intake.letters, clock, SEND, window, () => undefined),
      room,
      cleaner: { covered: (sequence) => covered.push(sequence) },
      metrics: { bodyDecoded: () => undefined, frameSettled: () => undefined },
      onStored: () => undefined,
    },
    { ...CLAIM, ...claim },
  );
  const ends: TenureEnd[] = [];
  void tenure.run().then((end) => ends.push(end));
  return { intake, clock, room, covered, tenure, ends };
}

describe('Tenure', () => {
  it('forwards a message at once, and what comes meanwhile in one frame behind it', async () => {
    const { intake, covered } = setUp();
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.arrive(intakeMessage(2, csvLine('b')));
    await intake.arrive(intakeMessage(3, `${csvLine('c')}\n${csvLine('d')}`));
    expect(intake.frames.pending).toHaveLength(1);
    await intake.storeFrame();
    await intake.storeFrame();
    expect(intake.eventIds).toEqual(['a', 'b', 'c', 'd']);
    expect(intake.stored.map(({ upstream }) => upstream)).toEqual([
      { sequence: 1, items: 1, complete: true },
      { sequence: 3, items: 2, complete: true },
    ]);
    expect(covered).toEqual([1, 3]);
    expect(intake.frames.pending).toHaveLength(0);
  });

  it('expects each frame behind the one before it', async () => {
    const { intake } = setUp({ logSequence: 0 });
    for (const sequence of [1, 2, 3]) {
      await intake.arrive(intakeMessage(sequence, csvLine(`e${sequence}`)));
      await intake.storeFrame();
    }
    expect(intake.frames.attempts.map((frame) => frame.expectLastSubjectSequence)).toEqual([0, 1, 2]);
    expect(new Set(intake.frames.attempts.map(({ msgId }) => msgId)).size).toBe(3);
  });

  it('marks how far into a message a frame reaches when the message takes several', async () => {
    const { intake, covered } = setUp();
    const lines = Array.from({ length: 9_000 }, (_, i) => csvLine(`e${i}`));
    await intake.arrive(intakeMessage(1, lines.join('\n')));
    while (intake.frames.pending.length > 0) await intake.storeFrame();
    expect(intake.eventIds).toEqual(lines.map((_, i) => `e${i}`));
    const marks = intake.stored.map(({ upstream }) => upstream!);
    expect(marks.length).toBeGreaterThan(2);
    expect(marks.at(-1)).toEqual({ sequence: 1, items: 9_000, complete: true });
    expect(marks.slice(0, -1).every(({ complete }) => !complete)).toBe(true);
    expect(covered).toEqual([...marks.slice(0, -1).map(() => 0), 1]);
  });

  it('skips the items of a half covered message that are in the log already', async () => {
    const { intake } = setUp({ mark: { sequence: 1, items: 2, complete: false }, skipItems: 2 });
    await intake.arrive(
      intakeMessage(1, [csvLine('a'), 'one,two', csvLine('b'), csvLine('c')].join('\n')),
      intakeMessage(2, [csvLine('d'), csvLine('e')].join('\n')),
    );
    await intake.letters.store();
    await intake.storeFrame();
    expect(intake.eventIds).toEqual(['b', 'c', 'd', 'e']);
  });

  it('sends a frame only when the dead letters of its messages are stored', async () => {
    const { intake } = setUp();
    await intake.arrive(intakeMessage(1, `${csvLine('a')}\nhello,world\none,two`));
    expect(intake.frames.pending).toHaveLength(0);
    expect(intake.letters.pending.map(({ frame }) => frame.msgId)).toEqual(['intake:1:1', 'intake:1:2']);
    await intake.letters.store();
    expect(intake.frames.pending).toHaveLength(0);
    await intake.letters.store();
    expect(intake.frames.pending).toHaveLength(1);
  });

  it('covers a message that held nothing but refused items', async () => {
    const { intake, covered } = setUp();
    await intake.arrive(intakeMessage(1, 'hello,world'));
    await intake.letters.store();
    await intake.storeFrame();
    expect(intake.eventIds).toEqual([]);
    expect(covered).toEqual([1]);
  });

  it('writes no dead letter that was stored before', async () => {
    const { intake } = setUp({ storedLetters: new Set(['intake:1:0']) });
    await intake.arrive(intakeMessage(1, 'hello,world\none,two'));
    expect(intake.letters.pending.map(({ frame }) => frame.msgId)).toEqual(['intake:1:1']);
  });

  it('ends as fenced when somebody else has written, and sends nothing after that', async () => {
    const { intake, ends } = setUp();
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.arrive(intakeMessage(2, csvLine('b')));
    intake.storeForeign(8);
    await intake.storeFrame();
    expect(ends).toEqual([{ kind: 'fenced' }]);
    expect(intake.reading).toBe(false);
    expect(intake.frames.attempts).toHaveLength(1);
    expect(intake.eventIds).toEqual([]);
  });

  it.each([
    [{ kind: 'full', message: 'no room' }],
    [{ kind: 'unavailable', message: 'not connected' }],
  ] as const)('ends as failed when the log answers %o', async (outcome) => {
    const { intake, ends } = setUp();
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.frames.answer(outcome);
    expect(ends).toEqual([{ kind: 'failed', message: `${outcome.kind}: ${outcome.message}` }]);
  });

  it('ends as failed when reading fails, after what is in flight', async () => {
    const { intake, ends } = setUp();
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.breakReading('messages are missing');
    expect(ends).toEqual([]);
    await intake.storeFrame();
    expect(ends).toEqual([{ kind: 'failed', message: 'messages are missing' }]);
  });

  it('waits while the log has room only for the system itself', async () => {
    const { intake, room, clock, ends } = setUp();
    room.available = false;
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await clock.advance(10_000);
    expect(intake.frames.attempts).toHaveLength(0);
    room.available = true;
    await clock.advance(200);
    await intake.storeFrame();
    expect(intake.eventIds).toEqual(['a']);
    expect(ends).toEqual([]);
  });

  it('stores what it took before it stops, and takes nothing more', async () => {
    const { intake, tenure, ends } = setUp();
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.arrive(intakeMessage(2, csvLine('b')));
    void tenure.stop();
    await intake.arrive(intakeMessage(3, csvLine('c')));
    await intake.storeFrame();
    expect(ends).toEqual([]);
    await intake.storeFrame();
    await settle();
    expect(ends).toEqual([{ kind: 'stopped' }]);
    expect(intake.eventIds).toEqual(['a', 'b']);
  });

  it('after standing still, writes no dead letter before it knows that it is still the reader', async () => {
    const { intake, clock, ends } = setUp();
    await clock.advance(60_000);
    intake.storeForeign(8);
    await intake.arrive(intakeMessage(1, 'hello,world'));
    await settle();
    expect(intake.letters.attempts).toEqual([]);
    expect(ends).toEqual([{ kind: 'fenced' }]);
  });

  it('is not confused by a frame that landed though its acknowledgement was lost', async () => {
    const { intake, clock, ends } = setUp();
    await intake.arrive(intakeMessage(1, csvLine('a')));
    await intake.storeFrameUnheard();
    await clock.advance(50);
    await intake.frames.answer({ kind: 'stored', sequence: 1, duplicate: true });
    await intake.arrive(intakeMessage(2, csvLine('b')));
    await intake.storeFrame();
    expect(intake.eventIds).toEqual(['a', 'b']);
    expect(ends).toEqual([]);
  });
});
