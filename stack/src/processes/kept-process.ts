/**
 * Keeps one process running.
 *
 * 1. It is launched anew whenever it ends unasked, at once at first and ever more slowly while it keeps failing.
 * 2. After `stop` nothing is launched, also if `stop` came while a launch was under way.
 * 3. An exit code in `hopelessCodes` is not answered with another launch: the same thing would happen again.
 *
 * Modes: `idle` → `launching` ⇄ `running` → `waiting` → `launching` …; from any of them `stopping` → `stopped`;
 * from `running` also `given-up` (3).
 */
import type { ExitStatus } from '#embedded';

export interface RunningProcess {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export interface KeptOptions {
  /** As it is told of to the user. */
  readonly name: string;
  launch(): Promise<RunningProcess>;
  readonly say: (line: string) => void;
  readonly hopelessCodes?: readonly number[];
  /** Told of each launch, the first too. */
  readonly onLaunched?: (process: RunningProcess) => void;
  /** Told when it was started again. */
  readonly onRelaunched?: () => void;
  /** Told when it ended and will not be started again. */
  readonly onGivenUp?: (reason: string) => void;
  /** First wait before a launch that follows a failure, doubled each time; milliseconds. */
  readonly firstWaitMs?: number;
}

type Mode = 'idle' | 'launching' | 'running' | 'waiting' | 'stopping' | 'stopped' | 'given-up';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;
/** A process that ran this long was well: its end is a new matter, answered at once. */
const WELL_AFTER_MS = 30_000;

export class KeptProcess {
  private mode: Mode = 'idle';
  private process: RunningProcess | null = null;
  private launching: Promise<void> | null = null;
  private cancelWait: () => void = () => undefined;
  private failures = 0;
  private launchedAt = 0;

  constructor(private readonly options: KeptOptions) {}

  get name(): string {
    return this.options.name;
  }

  get pid(): number | null {
    return this.mode === 'running' ? (this.process?.pid ?? null) : null;
  }

  /** How often it ended unasked since it was last well. */
  get recentFailures(): number {
    return this.failures;
  }

  /** Launches it for the first time. Rejects if that fails; a later failure is dealt with here. */
  async start(): Promise<void> {
    if (this.mode !== 'idle') throw new Error(`${this.name} is started once; it is ${this.mode}`);
    await this.launch();
  }

  /** Ends it in good order. Resolves when it is gone. */
  async stop(): Promise<void> {
    if (this.mode === 'stopped') return;
    this.mode = 'stopping';
    this.cancelWait();
    await this.launching?.catch(() => undefined);
    await this.process?.stop();
    this.mode = 'stopped';
  }

  /** Ends it at once. */
  kill(): void {
    this.mode = 'stopping';
    this.cancelWait();
    this.process?.kill('SIGKILL');
  }

  /** The mode may have changed during a wait, which the compiler does not know. */
  private is(mode: Mode): boolean {
    return this.mode === mode;
  }

  private launch(): Promise<void> {
    this.mode = 'launching';
    this.launching = this.options.launch().then((process) => {
      this.process = process;
      this.launchedAt = Date.now();
      void process.exited.then((status) => this.ended(status));
      if (this.mode === 'launching') {
        this.mode = 'running';
        this.options.onLaunched?.(process);
      }
    });
    return this.launching;
  }

  private ended(status: ExitStatus): void {
    this.process = null;
    if (this.mode !== 'running') return;
    const how = status.signal === null ? `ended with code ${status.code}` : `was ended by ${status.signal}`;
    if (status.code !== null && this.options.hopelessCodes?.includes(status.code)) {
      this.mode = 'given-up';
      this.options.onGivenUp?.(`${this.name} ${how}`);
      return;
    }
    if (Date.now() - this.launchedAt > WELL_AFTER_MS) this.failures = 0;
    void this.relaunch(`${this.name} ${how}`);
  }

  private async relaunch(what: string): Promise<void> {
    for (;;) {
      const waitMs = this.nextWait();
      this.options.say(
        `${what}; starting it again${waitMs > 1_000 ? ` in ${Math.round(waitMs / 1000)} s` : ''}`,
      );
      this.mode = 'waiting';
      await this.wait(waitMs);
      if (!this.is('waiting')) return;
      try {
        await this.launch();
        return this.options.onRelaunched?.();
      } catch (error) {
        if (!this.is('launching')) return;
        what = `${this.name} could not be started: ${(error as Error).message}`;
      }
    }
  }

  private nextWait(): number {
    const first = this.options.firstWaitMs ?? FIRST_WAIT_MS;
    const wait = this.failures === 0 ? 0 : first * 2 ** (this.failures - 1);
    this.failures += 1;
    return Math.min(wait, LONGEST_WAIT_MS);
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.cancelWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
