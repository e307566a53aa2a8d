import { type DeadLetter, decodeDeadLetter } from '#contracts';
import { HandDrivenClock, HandDrivenPort, settle } from '#testing';
import { DeadLetterWriter } from './dead-letter-writer.js';

function letter(index: number, payload = 'hello,world'): DeadLetter {
  return {
    id: `http:a:1:${index}`,
    reason: 'invalid-csv',
    field: null,
    value: null,
    message: 'two columns',
    source: { kind: 'http', name: '127.0.0.1', sequence: null, index },
    receivedAt: 1,
    payload: Buffer.from(payload),
  };
}

function setUp(window = { maxLetters: 3, maxBytes: 10_000, maxMessageBytes: 2_000 }) {
  const port = new HandDrivenPort();
  const stored: string[] = [];
  const send = { attemptTimeoutMs: 100, resendWithinMs: 1_000 };
  const clock = new HandDrivenClock();
  const writer = new DeadLetterWriter(port, clock, send, window, (reason) => stored.push(reason));
  const outcomes: string[] = [];
  const write = (letters: DeadLetter[]) => void writer.write(letters).then(({ kind }) => outcomes.push(kind));
  return { port, clock, stored, write, outcomes };
}

describe('DeadLetterWriter', () => {
  it('sends many at a time, no more than the window, each under its id', async () => {
    const { port, write, outcomes, stored } = setUp();
    write([0, 1, 2, 3, 4].map((i) => letter(i)));
    await settle();
    expect(port.pending).toHaveLength(3);
    for (let i = 0; i < 5; i++) {
      expect(outcomes).toEqual([]);
      expect(port.pending.length).toBeLessThanOrEqual(3);
      await port.store();
    }
    expect(outcomes).toEqual(['stored']);
    expect(port.attempts.map(({ msgId }) => msgId)).toEqual([0, 1, 2, 3, 4].map((i) => `http:a:1:${i}`));
    expect(port.attempts[0].subject).toBe('dead-letters.invalid-csv');
    expect(stored).toHaveLength(5);
  });

  it('shares the window between writers', async () => {
    const { port, write, outcomes } = setUp();
    write([0, 1, 2].map((i) => letter(i)));
    write([3, 4].map((i) => letter(i)));
    await settle();
    expect(port.pending).toHaveLength(3);
    while (port.pending.length > 0) await port.store();
    expect(outcomes).toEqual(['stored', 'stored']);
  });

  it('tells the first failure, and sends no more of that writer', async () => {
    const { port, write, outcomes } = setUp();
    write([0, 1, 2, 3, 4, 5].map((i) => letter(i)));
    await settle();
    await port.answer({ kind: 'unavailable', message: 'not connected' });
    while (port.pending.length > 0) await port.store();
    expect(outcomes).toEqual(['unavailable']);
    expect(port.attempts.length).toBeLessThan(6);
    write([letter(6)]);
    await settle();
    await port.store();
    expect(outcomes).toEqual(['unavailable', 'stored']);
  });

  it('sends a letter of unknown outcome again under the same id', async () => {
    const { port, clock, write, outcomes } = setUp();
    write([letter(0)]);
    await settle();
    await port.answer({ kind: 'unknown', message: 'timed out' });
    await clock.advance(50);
    await port.store();
    expect(port.attempts.map(({ msgId }) => msgId)).toEqual(['http:a:1:0', 'http:a:1:0']);
    expect(outcomes).toEqual(['stored']);
  });

  it('bounds the bytes too, but takes a single letter of any size', async () => {
    const { port, write } = setUp({ maxLetters: 10, maxBytes: 1_500, maxMessageBytes: 5_000 });
    write([letter(0, 'x'.repeat(3_000)), letter(1), letter(2)]);
    await settle();
    expect(port.pending).toHaveLength(1);
    await port.store();
    expect(port.pending).toHaveLength(2);
  });

  it.each(['x', '"', '\u0001', '\u00e9'])(
    'cuts a payload of %j that makes the message too large, and says so',
    async (character) => {
      const { port, write } = setUp();
      write([letter(0, character.repeat(9_000))]);
      await settle();
      const { data } = port.pending[0].frame;
      expect(data.length).toBeLessThanOrEqual(2_000);
      const { message, payload } = decodeDeadLetter(data);
      expect(message).toMatch(/^two columns \(payload cut: the first \d+ of \d+ bytes\)$/);
      expect(payload.length).toBeGreaterThan(100);
    },
  );
});
