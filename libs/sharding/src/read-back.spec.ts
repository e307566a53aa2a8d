import { alertIdOf, ReadBack } from './read-back.js';

const stored = (msgId: string, sequence: number) => ({ msgId, sequence, shard: 0, logSequence: 1 });

describe('ReadBack', () => {
  it('suppresses each stored decision once', () => {
    const readBack = new ReadBack(alertIdOf);
    readBack.add(stored('a.1.raised.5', 10));
    expect(readBack.take('a.1.raised.5')).toBe(true);
    expect(readBack.take('a.1.raised.5')).toBe(false);
    expect(readBack.take('b.1.raised.5')).toBe(false);
    expect(readBack.finish()).toEqual({ orphans: 0, unsupported: [] });
  });

  it('counts an id once though it was read twice, as after a scan that was cut off', () => {
    const readBack = new ReadBack(alertIdOf);
    readBack.add(stored('a.1.raised.5', 10));
    readBack.add(stored('a.1.raised.5', 10));
    expect(readBack.size).toBe(1);
  });

  it('gives what stands last under a key that the replay never touched', () => {
    const readBack = new ReadBack(alertIdOf);
    readBack.add(stored('a.1.raised.5', 10));
    readBack.add(stored('a.1.retracted.6', 11));
    readBack.add(stored('b.1.raised.5', 12));
    const { orphans, unsupported } = readBack.finish();
    expect(orphans).toBe(3);
    expect(unsupported.map(({ msgId }) => msgId)).toEqual(['a.1.retracted.6', 'b.1.raised.5']);
  });

  it('leaves a key alone that the replay decided otherwise', () => {
    const readBack = new ReadBack(alertIdOf);
    readBack.add(stored('a.1.raised.5', 10));
    expect(readBack.take('a.1.raised.7')).toBe(false);
    expect(readBack.finish()).toEqual({ orphans: 1, unsupported: [] });
  });

  it('finds the alert in an id, also when the alert id holds dots', () => {
    expect(alertIdOf('rule.x.9.2.raised.17')).toBe('rule.x.9');
  });
});
