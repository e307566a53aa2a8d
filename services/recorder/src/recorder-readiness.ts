/** What `/health/ready` asks, and the gauges that are read when somebody looks. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type NatsConnection, probeLog } from '#jetstream';
import { HealthRegistry } from '#observability';
import { Recorder } from './recorder.js';
import { RecorderMetrics } from './recorder-metrics.js';
import { RecorderObserver } from './recorder-observer.js';

@Injectable()
export class RecorderReadiness implements OnModuleInit {
  private nats: NatsConnection | null = null;

  constructor(
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Recorder) private readonly recorder: Recorder,
    @Inject(RecorderObserver) private readonly observer: RecorderObserver,
    @Inject(RecorderMetrics) private readonly metrics: RecorderMetrics,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'postgres', check: () => this.checkPostgres() });
    this.health.register({ name: 'nats', timeoutMs: 3_000, check: () => this.checkNats() });
    this.health.register({ name: 'recording', check: () => this.checkRecording() });
    this.metrics.onCollect(() => this.collect());
  }

  connected(nats: NatsConnection): void {
    this.nats = nats;
  }

  private async checkPostgres(): Promise<void> {
    await this.recorder.pool.query('SELECT 1');
  }

  private async checkNats(): Promise<{ message: string }> {
    if (this.nats === null) throw new Error('not connected yet');
    const { ok, message } = await probeLog(this.nats);
    if (!ok) throw new Error(message);
    return { message };
  }

  private checkRecording(): Promise<Readonly<Record<string, unknown>>> {
    const lags = this.recorder.lags();
    if (lags === null) throw new Error('no session: PostgreSQL is away, or another recorder has the lock');
    const failures = [...this.observer.failures].map(([stream, problem]) => `${stream}: ${problem}`);
    if (failures.length > 0) throw new Error(failures.join('; '));
    return Promise.resolve(Object.fromEntries(lags.map(({ stream, ...lag }) => [stream, lag])));
  }

  private collect(): void {
    for (const { stream, messages, seconds } of this.recorder.lags() ?? []) {
      this.metrics.lagMessages.set({ stream }, messages);
      this.metrics.lagSeconds.set({ stream }, seconds);
    }
    this.metrics.partitions.set(this.recorder.partitionCount);
  }
}
