import { LogRoom } from '../log/log-room.js';
import { requireRoom, requireStored } from './log-refusals.js';

describe('requireStored', () => {
  it('passes the report of a stored body on', () => {
    const report = { accepted: 1, rejected: [] };
    expect(requireStored({ kind: 'stored', report })).toBe(report);
  });

  it.each([
    ['empty', 400, false],
    ['busy', 429, true],
    ['full', 429, true],
    ['closed', 503, true],
    ['unavailable', 503, true],
    ['unknown', 503, true],
  ] as const)('answers %s with %i', (kind, status, retry) => {
    try {
      requireStored({ kind, message: 'why' });
      throw new Error('expected a refusal');
    } catch (error) {
      expect(error).toMatchObject({ status, message: expect.stringContaining('why') });
      const { headers } = error as { headers: Record<string, string> };
      expect(Number(headers['retry-after'] ?? 0) > 0).toBe(retry);
    }
  });
});

describe('requireRoom', () => {
  it('answers 429 once only the headroom is left, counting what this process writes itself', () => {
    const room = new LogRoom(5);
    room.learn({ bytes: 900, maxBytes: 1_000 });
    expect(() => requireRoom(room)).not.toThrow();
    room.written(50);
    expect(() => requireRoom(room)).toThrow(expect.objectContaining({ status: 429, code: 'log-full' }));
    room.learn({ bytes: 100, maxBytes: 1_000 });
    expect(() => requireRoom(room)).not.toThrow();
  });

  it('knows no limit where the log has none', () => {
    const room = new LogRoom(5);
    room.learn({ bytes: 1e15, maxBytes: -1 });
    expect(() => requireRoom(room)).not.toThrow();
  });
});
