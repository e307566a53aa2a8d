/** The ingest application: HTTP and `intake.>` in, frames and dead letters out. */
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { type Logger, ObservabilityModule } from '#observability';
import { BearerGuard } from './http/bearer.guard.js';
import { ErrorFilter } from './http/error.filter.js';
import { EventsController } from './http/events.controller.js';
import { RequestGate } from './http/request-gate.js';
import { IngestMetrics } from './ingest-metrics.js';
import { LogGateway } from './log/log-gateway.js';
import { LogRoom } from './log/log-room.js';
import { INGEST_CONFIG, type IngestConfig } from './options.js';
import { IngestReadiness } from './ingest-readiness.js';
import { SubmissionService } from './submission/submission.service.js';

@Module({})
export class IngestModule {
  static forRoot(config: IngestConfig, logger: Logger): DynamicModule {
    return {
      module: IngestModule,
      imports: [ObservabilityModule.forRoot({ service: 'ingest', logger })],
      controllers: [EventsController],
      providers: [
        { provide: INGEST_CONFIG, useValue: config },
        { provide: LogRoom, useFactory: () => new LogRoom(config.headroom) },
        { provide: APP_FILTER, useClass: ErrorFilter },
        BearerGuard,
        IngestMetrics,
        IngestReadiness,
        LogGateway,
        RequestGate,
        SubmissionService,
      ],
    };
  }
}
