import { Module } from '@nestjs/common';
import { pino } from 'pino';
import { ObservabilityModule } from './observability.module.js';
import { RunningService, type ServiceParts } from './running-service.js';

const logger = pino({ enabled: false });

@Module({ imports: [ObservabilityModule.forRoot({ service: 'demo', logger })] })
class DemoModule {}

function deferred() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function open(parts: Partial<ServiceParts> = {}, httpPort = 0): Promise<RunningService> {
  const whole = { module: DemoModule, start: async () => undefined, stop: async () => undefined, ...parts };
  return RunningService.open(whole, { httpHost: '127.0.0.1', httpPort }, logger);
}

async function ready(service: RunningService): Promise<{ code: number; phase: string }> {
  const response = await fetch(`${service.url}/health/ready`);
  const body = (await response.json()) as { phase: string };
  return { code: response.status, phase: body.phase };
}

describe('RunningService', () => {
  it('answers health before it has started, and is ready after', async () => {
    const gate = deferred();
    const service = await open({ start: () => gate.promise });
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    expect(await ready(service)).toEqual({ code: 503, phase: 'starting' });
    gate.resolve();
    await service.started;
    expect(await ready(service)).toEqual({ code: 200, phase: 'running' });
    await service.stop();
  });

  it('waits for what is in flight before HTTP closes, and is not ready meanwhile', async () => {
    const gate = deferred();
    const service = await open({ stop: () => gate.promise });
    await service.started;
    let stopped = false;
    const stopping = service.stop().then(() => (stopped = true));
    expect(await ready(service)).toEqual({ code: 503, phase: 'stopping' });
    expect(stopped).toBe(false);
    gate.resolve();
    await stopping;
    await expect(fetch(`${service.url}/health/live`)).rejects.toThrow();
  });

  it('stops once, however often it is told to', async () => {
    let stops = 0;
    const service = await open({
      stop: async () => {
        stops += 1;
      },
    });
    await Promise.all([service.stop(), service.stop()]);
    expect(stops).toBe(1);
  });

  it('lets a start give up when it is stopped meanwhile', async () => {
    const service = await open({
      start: (_app, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('gave up')))),
    });
    await service.stop();
    await expect(service.started).resolves.toBeUndefined();
    expect(service.phase).toBe('stopping');
  });

  it('does not wait for a start that never gives up', async () => {
    const service = await open({ start: () => new Promise(() => undefined) });
    await service.stop();
    expect(service.phase).toBe('stopping');
  });

  it('tells of a failure after the start', async () => {
    const service = await open({
      start: async (_app, _signal, fail) => fail(new Error('the log is another')),
    });
    expect((await service.failed).message).toBe('the log is another');
    await service.stop();
  });

  it('tells of a start that failed', async () => {
    const service = await open({ start: () => Promise.reject(new Error('no such stream')) });
    await expect(service.started).rejects.toThrow('no such stream');
    await service.stop();
  });

  it('names the taken port and the setting that changes it', async () => {
    const first = await open();
    const port = Number(new URL(first.url).port);
    await expect(open({}, port)).rejects.toThrow(
      `127.0.0.1:${port} is taken by another process; set VIGIL_HTTP_PORT`,
    );
    await first.stop();
  });

  it('gives metrics with the names that Prometheus users know', async () => {
    const service = await open();
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toContain('process_cpu_user_seconds_total{service="demo"}');
    expect(text).toContain('vigil_event_loop_lag_seconds_bucket');
    await service.stop();
  });
});
