import type { ExitStatus } from '#embedded';
import { KeptProcess, type KeptOptions, type RunningProcess } from './kept-process.js';

/** A process whose end is in the test's hands. */
class FakeProcess implements RunningProcess {
  readonly exited: Promise<ExitStatus>;
  end!: (status: Partial<ExitStatus>) => void;
  readonly signals: string[] = [];

  constructor(readonly pid: number) {
    this.exited = new Promise((resolve) => {
      this.end = (status) => resolve({ code: null, signal: null, ...status });
    });
  }

  async stop(): Promise<void> {
    this.signals.push('stop');
    this.end({ code: 0 });
    await this.exited;
  }

  kill(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    this.end({ signal });
  }
}

function kept(options: Partial<KeptOptions> = {}) {
  const launched: FakeProcess[] = [];
  const said: string[] = [];
  const launch = (): Promise<RunningProcess> => {
    const process = new FakeProcess(launched.length + 1);
    launched.push(process);
    return Promise.resolve(process);
  };
  const subject = new KeptProcess({
    name: 'thing',
    launch,
    say: (line) => said.push(line),
    firstWaitMs: 1,
    ...options,
  });
  return { subject, launched, said };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('KeptProcess', () => {
  it('launches a process that was killed again, and says so', async () => {
    const { subject, launched, said } = kept();
    await subject.start();
    launched[0].end({ signal: 'SIGKILL' });
    await until(() => subject.pid === 2);
    expect(said).toEqual(['thing was ended by SIGKILL; starting it again']);
    expect(subject.recentFailures).toBe(1);
  });

  it('goes on when the launch itself fails', async () => {
    let attempts = 0;
    const process = new FakeProcess(7);
    const later = new FakeProcess(8);
    const { subject, said } = kept({
      launch: () => {
        attempts += 1;
        if (attempts === 1) return Promise.resolve(process);
        return attempts < 4 ? Promise.reject(new Error('no room')) : Promise.resolve(later);
      },
    });
    await subject.start();
    process.end({ code: 1 });
    await until(() => subject.pid === 8);
    expect(said[0]).toBe('thing ended with code 1; starting it again');
    expect(said.slice(1)).toEqual(
      Array.from({ length: 2 }, () => 'thing could not be started: no room; starting it again'),
    );
  });

  it('waits longer each time', async () => {
    const { subject, launched } = kept({ firstWaitMs: 20 });
    await subject.start();
    const begun = Date.now();
    for (let i = 0; i < 4; i++) {
      launched[i].end({ code: 1 });
      await until(() => launched.length === i + 2);
      await until(() => subject.pid === i + 2);
    }
    // At once, then 20, 40 and 80 ms.
    expect(Date.now() - begun).toBeGreaterThanOrEqual(135);
  });

  it('gives up on an exit code that says it is hopeless', async () => {
    const reasons: string[] = [];
    const { subject, launched } = kept({ hopelessCodes: [78], onGivenUp: (reason) => reasons.push(reason) });
    await subject.start();
    launched[0].end({ code: 78 });
    await until(() => reasons.length === 1);
    expect(reasons).toEqual(['thing ended with code 78']);
    expect(launched).toHaveLength(1);
  });

  it('launches nothing after stop, also while it waits', async () => {
    const { subject, launched } = kept({ firstWaitMs: 60_000 });
    await subject.start();
    launched[0].end({ code: 1 });
    await until(() => subject.pid === 2);
    launched[1].end({ code: 1 });
    await until(() => subject.pid === null);
    await subject.stop();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(launched).toHaveLength(2);
  });

  it('stops what a launch brings that was under way when stop was called', async () => {
    const process = new FakeProcess(1);
    let arrive!: (process: RunningProcess) => void;
    const { subject } = kept({ launch: () => new Promise((resolve) => (arrive = resolve)) });
    const started = subject.start();
    const stopped = subject.stop();
    arrive(process);
    await Promise.all([started, stopped]);
    expect(process.signals).toEqual(['stop']);
    expect(subject.pid).toBeNull();
  });

  it('rejects when the first launch fails', async () => {
    const { subject } = kept({ launch: () => Promise.reject(new Error('not installed')) });
    await expect(subject.start()).rejects.toThrow('not installed');
  });
});
