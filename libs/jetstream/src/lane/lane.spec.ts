import { type AccountEvent, decodeFrameHeader, NO_ATTRIBUTES, readFrame } from '#contracts';
import { HandDrivenClock, HandDrivenPort, settle } from '#testing';
import { Lane, type SubmitOutcome } from './lane.js';
import type { SealedFrame } from './send-frame.js';

const SETTINGS = {
  source: 'http-a',
  epoch: 5,
  shardCount: 4,
  subject: 'events.http',
  tickSubject: 'events.tick',
  maxHeldBytes: 1_000_000,
  attemptTimeoutMs: 2_000,
  resendWithinMs: 10_000,
};

function event(eventId: string, accountId = 'account'): AccountEvent {
  return {
    eventId,
    accountId,
    eventType: 'login',
    eventTime: 1_700_000_000_000,
    country: 'NL',
    amount: null,
    currency: null,
    attributes: NO_ATTRIBUTES,
  };
}

/** More events than one frame takes. */
function manyEvents(prefix: string): AccountEvent[] {
  return Array.from({ length: 5_000 }, (_, i) => event(`${prefix}-${i}`));
}

function idsIn(frame: SealedFrame): string[] {
  const ids: string[] = [];
  readFrame(frame.data, null, ({ eventId }) => ids.push(eventId));
  return ids;
}

function setUp(settings: Partial<typeof SETTINGS> = {}) {
  const port = new HandDrivenPort();
  const clock = new HandDrivenClock();
  const lane = new Lane({ ...SETTINGS, ...settings }, port, clock);
  const answers: [string, SubmitOutcome['kind']][] = [];
  const submit = (name: string, events = [event(name)], size = 100) => {
    void lane.submit(events, 1_000, size).then(({ kind }) => answers.push([name, kind]));
  };
  return { port, clock, lane, answers, submit };
}

describe('Lane', () => {
  it('sends the first event at once, and what comes meanwhile together when that is stored', async () => {
    const { port, submit, answers } = setUp();
    submit('a');
    submit('b');
    submit('c');
    expect(port.pending.map(({ frame }) => idsIn(frame))).toEqual([['a']]);
    await port.store();
    expect(answers).toEqual([['a', 'stored']]);
    expect(port.pending.map(({ frame }) => idsIn(frame))).toEqual([['b', 'c']]);
    await port.store();
    expect(answers).toEqual([
      ['a', 'stored'],
      ['b', 'stored'],
      ['c', 'stored'],
    ]);
  });

  it('numbers frames 1, 2, 3 under one source and epoch, each with an id of its own', async () => {
    const { port, submit } = setUp();
    for (const name of ['a', 'b']) {
      submit(name);
      await port.store();
    }
    const headers = port.attempts.map(({ data }) => decodeFrameHeader(data));
    expect(headers.map(({ source, epoch, sequence }) => [source, epoch, sequence])).toEqual([
      ['http-a', 5, 1],
      ['http-a', 5, 2],
    ]);
    expect(port.attempts.map(({ msgId }) => msgId)).toEqual(['http-a:5:1', 'http-a:5:2']);
  });

  it('answers a submission of several frames when the last of them is stored', async () => {
    const { port, submit, answers } = setUp();
    submit('big', manyEvents('big'));
    submit('after');
    const ids: string[] = [];
    while (port.pending.length > 0) {
      expect(answers).toEqual([]);
      ids.push(...idsIn(port.pending[0].frame));
      await port.store();
    }
    await settle();
    expect(port.attempts.length).toBeGreaterThan(1);
    expect(ids).toEqual([...manyEvents('big').map(({ eventId }) => eventId), 'after']);
    expect(answers.map(([name]) => name).sort()).toEqual(['after', 'big']);
  });

  it('refuses what a full log refused, and that alone', async () => {
    const { port, submit, answers } = setUp();
    submit('a');
    submit('b');
    await port.answer({ kind: 'full', message: 'maximum bytes exceeded' });
    expect(answers).toEqual([['a', 'full']]);
    await port.store();
    expect(answers).toEqual([
      ['a', 'full'],
      ['b', 'stored'],
    ]);
  });

  it('does not send the rest of a submission that has failed, but what others put beside it', async () => {
    const { port, submit, answers } = setUp();
    submit('big', manyEvents('big'));
    submit('other');
    await port.answer({ kind: 'unavailable', message: 'not connected' });
    expect(answers).toEqual([['big', 'unavailable']]);
    // The last frame of the big one holds the other's event too; frames wholly of the big one are left out.
    expect(idsIn(port.pending[0].frame).at(-1)).toBe('other');
    await port.store();
    expect(answers.at(-1)).toEqual(['other', 'stored']);
    expect(port.pending).toEqual([]);
  });

  it('keeps the sequence of a frame while it is sent again, and never uses it for another', async () => {
    const { port, clock, submit, answers } = setUp({ resendWithinMs: 1_000 });
    submit('a');
    submit('b');
    await port.answer({ kind: 'unknown', message: 'timed out' });
    await clock.advance(50);
    await port.answer({ kind: 'unknown', message: 'timed out' });
    await clock.advance(1_000);
    expect(answers).toEqual([['a', 'unknown']]);
    const sent = port.attempts.map(({ data }) => decodeFrameHeader(data).sequence);
    expect(sent).toEqual([1, 1, 2]);
    expect(idsIn(port.attempts[1])).toEqual(['a']);
    expect(idsIn(port.attempts[2])).toEqual(['b']);
  });

  it('counts what waits and refuses beyond the bound before taking anything', async () => {
    const { port, lane, submit, answers } = setUp({ maxHeldBytes: 2_000 });
    submit('a', [event('a')], 100);
    submit('b', [event('b')], 100);
    submit('c', [event('c')], 5_000);
    await settle();
    expect(answers).toEqual([['c', 'busy']]);
    await port.store();
    await port.store();
    expect(lane.heldBytes).toBe(0);
    expect(answers.map(([, kind]) => kind)).toEqual(['busy', 'stored', 'stored']);
  });

  it('takes one submission above the bound when nothing waits', async () => {
    const { port, submit, answers } = setUp({ maxHeldBytes: 10 });
    submit('a', [event('a')], 5_000);
    await port.store();
    expect(answers).toEqual([['a', 'stored']]);
  });

  it('says of a frame when the oldest event in it was received', async () => {
    const { port, lane } = setUp();
    void lane.submit([event('a')], 900, 10);
    void lane.submit([event('b')], 800, 10);
    void lane.submit([event('c')], 700, 10);
    await port.store();
    expect(decodeFrameHeader(port.pending[0].frame.data).receivedAt).toBe(700);
  });

  it('ticks with an empty frame when idle, and joins what is in flight when not', async () => {
    const { port, lane, submit } = setUp();
    const ticks: string[] = [];
    void lane.tick(1).then(({ kind }) => ticks.push(kind));
    expect(port.pending[0].frame.subject).toBe('events.tick');
    expect(decodeFrameHeader(port.pending[0].frame.data).count).toBe(0);
    await port.store();
    submit('a');
    void lane.tick(2).then(({ kind }) => ticks.push(kind));
    await port.store();
    expect(ticks).toEqual(['stored', 'stored']);
    expect(port.attempts).toHaveLength(2);
  });

  it('does not put events into a tick that is under way', async () => {
    const { port, lane, submit } = setUp();
    void lane.tick(1);
    submit('a');
    await port.store();
    expect(port.pending[0].frame.subject).toBe('events.http');
    expect(idsIn(port.pending[0].frame)).toEqual(['a']);
  });

  it('closes when all that was taken is settled, and takes nothing more', async () => {
    const { port, lane, submit, answers } = setUp();
    submit('a');
    submit('b');
    let closed = false;
    void lane.close().then(() => (closed = true));
    submit('late');
    await settle();
    expect(answers).toEqual([['late', 'closed']]);
    await port.store();
    expect(closed).toBe(false);
    await port.store();
    expect(closed).toBe(true);
    expect(answers).toHaveLength(3);
  });

  it('remembers when the log last took something', async () => {
    const { port, clock, lane, submit } = setUp();
    await clock.advance(100);
    submit('a');
    await port.answer({ kind: 'full', message: 'x' });
    expect(lane.lastStoredAt).toBe(0);
    submit('b');
    await port.store();
    expect(lane.lastStoredAt).toBe(100);
  });
});
