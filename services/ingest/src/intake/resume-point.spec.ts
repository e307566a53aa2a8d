import { hasBacklog, type LastIntakeFrame, markBefore, resumePoint } from './resume-point.js';

const INTAKE = { firstSequence: 11, lastSequence: 20, createdMs: 1_000 };

function last(sequence: number, items: number, complete: boolean): LastIntakeFrame {
  return { logSequence: 99, logTimeMs: 5_000, epoch: 1, upstream: { sequence, items, complete } };
}

describe('resumePoint', () => {
  it('begins at the first message when nothing was ever forwarded', () => {
    expect(resumePoint(null, INTAKE)).toEqual({ sequence: 11, skipItems: 0, removed: 0, replaced: false });
  });

  it('goes on behind a message that is wholly covered', () => {
    expect(resumePoint(last(14, 3, true), INTAKE)).toMatchObject({ sequence: 15, skipItems: 0 });
  });

  it('goes on within a message that is half covered', () => {
    expect(resumePoint(last(14, 3, false), INTAKE)).toMatchObject({ sequence: 14, skipItems: 3 });
  });

  it('tells of messages that were removed before they were read', () => {
    expect(resumePoint(last(7, 1, true), INTAKE)).toMatchObject({ sequence: 11, skipItems: 0, removed: 3 });
  });

  it('waits for the next message when all are covered', () => {
    const resume = resumePoint(last(20, 1, true), INTAKE);
    expect(resume).toMatchObject({ sequence: 21, removed: 0 });
    expect(hasBacklog(resume, INTAKE)).toBe(false);
    expect(hasBacklog(resume, { ...INTAKE, lastSequence: 21 })).toBe(true);
  });

  it('takes the next number that the stream will give when it has lost its end', () => {
    expect(resumePoint(last(30, 1, true), INTAKE)).toMatchObject({ sequence: 21, skipItems: 0 });
  });

  it('begins anew with a stream that is younger than the last frame, whatever its numbers', () => {
    const young = { firstSequence: 1, lastSequence: 50, createdMs: 6_000 };
    expect(resumePoint(last(14, 3, true), young)).toMatchObject({ sequence: 1, replaced: true });
  });
});

describe('markBefore', () => {
  it.each([[last(14, 3, true)], [last(14, 3, false)], [last(20, 0, true)], [null]])(
    'is a mark from which reading goes on at the same point (%#)',
    (frame) => {
      const resume = resumePoint(frame, INTAKE);
      const again = resumePoint({ ...last(0, 0, true), upstream: markBefore(resume) }, INTAKE);
      expect(again).toEqual(resume);
    },
  );
});
