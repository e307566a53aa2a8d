import { parseArguments } from './arguments.mjs';
import { leftovers, markedEnvironment } from './leftovers.mjs';
import { add, NOTHING, outcomeOf, summary } from './outcome.mjs';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

describe('the outcome of a test run', () => {
  const file = (name: string, status: string, tests: [string, string][]) => ({
    name,
    status,
    assertionResults: tests.map(([fullName, result]) => ({ fullName, status: result })),
  });

  it('counts tests, and a file that cannot be run as one failure', () => {
    const outcome = outcomeOf({
      testResults: [
        file('a', 'passed', [['one', 'passed'], ['two', 'pending']]), // prettier-ignore
        file('b', 'failed', [['three', 'failed'], ['four', 'passed']]), // prettier-ignore
        file('c', 'failed', []),
      ],
    });
    expect(outcome).toEqual({ passed: 2, failed: 2, skipped: ['two'], broken: ['c'] });
  });

  it('reads as one line', () => {
    expect(summary({ ...NOTHING, passed: 12 })).toBe('12 passed, 0 failed');
    const both = add({ ...NOTHING, passed: 1 }, { ...NOTHING, failed: 1, skipped: ['x'] });
    expect(summary(both)).toBe('1 passed, 1 failed, 1 skipped');
  });
});

describe('the command line of npm test', () => {
  it('runs every kind unless some are named, and passes the rest on', () => {
    expect(parseArguments([]).kinds).toEqual(['unit', 'integration', 'e2e']);
    const parsed = parseArguments(['--e2e', 'libs/engine', '--unit', '-t', 'late']);
    expect(parsed.kinds).toEqual(['unit', 'e2e']);
    expect(parsed.rest).toEqual(['libs/engine', '-t', 'late']);
  });
});

(process.platform === 'linux' ? describe : describe.skip)('processes left by tests (found on Linux)', () => {
  it('are found by their mark, until they end', async () => {
    const run = randomUUID();
    const child = spawn('sleep', ['60'], { env: markedEnvironment(process.env, run), stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const [found] = await leftovers(run, 0);
    expect(found).toEqual({ pid: child.pid, command: 'sleep 60' });
    child.kill('SIGKILL');
    await ended;
    expect(await leftovers(run, 0)).toEqual([]);
  });
});
