import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { type HealthCheck, HealthRegistry } from './health.js';
import type { Logger } from './logger.js';
import { MetricsController } from './metrics.controller.js';
import { createMetrics, METRICS, type ServiceMetrics } from './metrics.js';

/** Injection token of the service's pino logger. */
export const LOGGER = Symbol('logger');

const SERVICE_METRICS = Symbol('service metrics');

export interface ObservabilitySettings {
  readonly service: string;
  readonly logger: Logger;
  /** Checks known at once; providers may add theirs with `HealthRegistry.register`. */
  readonly checks?: readonly HealthCheck[];
}

/**
 * Gives `/health/live`, `/health/ready` and `/metrics`, and to every provider the `HealthRegistry`,
 * the metrics registry (`METRICS`) and the logger (`LOGGER`).
 */
@Module({})
export class ObservabilityModule implements OnApplicationShutdown {
  constructor(@Inject(SERVICE_METRICS) private readonly metrics: ServiceMetrics) {}

  static forRoot({ service, logger, checks = [] }: ObservabilitySettings): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: HealthRegistry, useFactory: () => new HealthRegistry(service, checks) },
        { provide: SERVICE_METRICS, useFactory: () => createMetrics(service) },
        { provide: METRICS, inject: [SERVICE_METRICS], useFactory: (own: ServiceMetrics) => own.registry },
      ],
      exports: [LOGGER, HealthRegistry, METRICS],
    };
  }

  onApplicationShutdown(): void {
    this.metrics.close();
  }
}
