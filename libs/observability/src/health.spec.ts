import { HealthRegistry } from './health.js';

const never = () => new Promise<void>(() => undefined);

describe('HealthRegistry', () => {
  it('is ready only while it runs and every check passes', async () => {
    let fine = true;
    const health = new HealthRegistry('demo', [
      {
        name: 'log',
        check: async () => {
          if (!fine) throw new Error('the log is full');
          return { lag: 3 };
        },
      },
    ]);
    expect((await health.report()).status).toBe('not-ready');
    health.enter('running');
    expect(await health.report()).toMatchObject({
      status: 'ready',
      checks: { log: { ok: true, detail: { lag: 3 } } },
    });
    fine = false;
    expect(await health.report()).toMatchObject({
      status: 'not-ready',
      checks: { log: { ok: false, error: 'the log is full' } },
    });
    fine = true;
    health.enter('stopping');
    expect((await health.report()).status).toBe('not-ready');
  });

  it('gives up on a check that does not answer', async () => {
    const health = new HealthRegistry('demo', [{ name: 'slow', timeoutMs: 20, check: never }]);
    health.enter('running');
    const report = await health.report();
    expect(report.checks.slow).toMatchObject({ ok: false, error: 'no answer within 20 ms' });
  });

  it('counts a check that throws at once as failed', async () => {
    const health = new HealthRegistry('demo', [
      {
        name: 'broken',
        check: () => {
          throw new Error('no connection');
        },
      },
    ]);
    expect((await health.report()).checks.broken).toMatchObject({ ok: false, error: 'no connection' });
  });

  it('runs one check once for all who ask meanwhile', async () => {
    let runs = 0;
    let finish: () => void = () => undefined;
    const check = () => {
      runs += 1;
      return new Promise<void>((resolve) => (finish = resolve));
    };
    const health = new HealthRegistry('demo', [{ name: 'probe', check }]);
    const both = Promise.all([health.report(), health.report()]);
    await Promise.resolve();
    finish();
    await both;
    expect(runs).toBe(1);
    const again = health.report();
    await Promise.resolve();
    finish();
    await again;
    expect(runs).toBe(2);
  });

  it('refuses two checks of one name', () => {
    const health = new HealthRegistry('demo', [{ name: 'log', check: never }]);
    expect(() => health.register({ name: 'log', check: never })).toThrow('"log" exists already');
  });
});
