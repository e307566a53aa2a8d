/**
 * Health of a service. Owns the list of checks and the phase of the service's life; what is healthy is
 * each check's own business.
 *
 * 1. A check never hangs the answer: it has a time limit.
 * 2. One check runs at most once at a time: callers that ask meanwhile share its result, so that a
 *    probe which publishes cannot pile up behind a server that has gone away.
 * 3. A service is ready when its start has finished, no stop has begun, and every check passes.
 */
export interface HealthCheck {
  readonly name: string;
  /** Milliseconds; 2,000 unless given. */
  readonly timeoutMs?: number;
  /** Resolves with details worth showing; rejects when the service should get no traffic. */
  check(): Promise<Readonly<Record<string, unknown>> | void>;
}

export type ServicePhase = 'starting' | 'running' | 'stopping';

export interface CheckResult {
  readonly ok: boolean;
  /** How long the check took, in milliseconds. */
  readonly ms: number;
  readonly error?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface HealthReport {
  readonly status: 'ready' | 'not-ready';
  readonly service: string;
  readonly phase: ServicePhase;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

const DEFAULT_TIMEOUT_MS = 2_000;

export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private readonly running = new Map<string, Promise<CheckResult>>();
  private current: ServicePhase = 'starting';

  constructor(
    readonly service: string,
    checks: readonly HealthCheck[] = [],
  ) {
    for (const check of checks) this.register(check);
  }

  get phase(): ServicePhase {
    return this.current;
  }

  register(check: HealthCheck): void {
    if (this.checks.has(check.name))
      throw new Error(`A health check named ${JSON.stringify(check.name)} exists already`);
    this.checks.set(check.name, check);
  }

  /** Set by whoever starts and stops the service. */
  enter(phase: ServicePhase): void {
    this.current = phase;
  }

  async report(): Promise<HealthReport> {
    const names = [...this.checks.keys()];
    const results = await Promise.all(names.map((name) => this.resultOf(name)));
    const ready = this.current === 'running' && results.every((result) => result.ok);
    return {
      status: ready ? 'ready' : 'not-ready',
      service: this.service,
      phase: this.current,
      checks: Object.fromEntries(names.map((name, i) => [name, results[i]])),
    };
  }

  /** Invariant 2. */
  private resultOf(name: string): Promise<CheckResult> {
    const known = this.running.get(name);
    if (known) return known;
    const result = runCheck(this.checks.get(name)!).finally(() => this.running.delete(name));
    this.running.set(name, result);
    return result;
  }
}

/** Invariant 1. */
async function runCheck(check: HealthCheck): Promise<CheckResult> {
  const startedAt = performance.now();
  const limit = check.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const elapsed = () => Math.round(performance.now() - startedAt);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit} ms`)), limit);
  });
  try {
    const detail = await Promise.race([Promise.resolve().then(() => check.check()), timeout]);
    return { ok: true, ms: elapsed(), ...(detail ? { detail } : {}) };
  } catch (error) {
    return { ok: false, ms: elapsed(), error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
