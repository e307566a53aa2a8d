import { rulesInLog } from './rules-in-log.js';

function journal() {
  const lines: string[] = [];
  const note = (...parts: unknown[]): void => void lines.push(String(parts.at(-1)));
  return { lines, logger: { info: note, warn: note } as never };
}

describe('waiting for the first rules of a log', () => {
  it('goes on at once when there are some', async () => {
    const { lines, logger } = journal();
    await rulesInLog(() => Promise.resolve(true), 60_000, logger, new AbortController().signal);
    expect(lines).toEqual([]);
  });

  it('waits until they come, and takes a server that does not answer as none', async () => {
    const { lines, logger } = journal();
    const answers = [
      () => Promise.reject(new Error('away')),
      () => Promise.resolve(false),
      () => Promise.resolve(true),
    ];
    await rulesInLog(() => answers.shift()!(), 60_000, logger, new AbortController().signal);
    expect(answers).toEqual([]);
    expect(lines).toHaveLength(1);
  });

  it('goes on without them in the end, and says what that means', async () => {
    const { lines, logger } = journal();
    await rulesInLog(() => Promise.resolve(false), 0, logger, new AbortController().signal);
    expect(lines).toEqual([
      'The log holds no rules: events are stored, and none is judged until there are some',
    ]);
  });

  it('gives up when the start is aborted', async () => {
    const { lines, logger } = journal();
    await rulesInLog(() => Promise.resolve(false), 60_000, logger, AbortSignal.abort());
    expect(lines).toEqual([]);
  });
});
