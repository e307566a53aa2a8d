/** The recorder application: the log into PostgreSQL. */
import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger, ObservabilityModule } from '#observability';
import { RECORDER_CONFIG, type RecorderConfig } from './options.js';
import { Recorder } from './recorder.js';
import { RecorderMetrics } from './recorder-metrics.js';
import { RecorderObserver } from './recorder-observer.js';
import { RecorderReadiness } from './recorder-readiness.js';

@Module({})
export class RecorderModule {
  static forRoot(config: RecorderConfig, logger: Logger): DynamicModule {
    return {
      module: RecorderModule,
      imports: [ObservabilityModule.forRoot({ service: 'recorder', logger })],
      providers: [
        { provide: RECORDER_CONFIG, useValue: config },
        Recorder,
        RecorderMetrics,
        RecorderObserver,
        RecorderReadiness,
      ],
    };
  }
}
