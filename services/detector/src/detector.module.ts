/** The detector application: the log in, alerts and late events out. */
import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger, ObservabilityModule } from '#observability';
import { Detector } from './detector.js';
import { DetectorReadiness } from './detector-readiness.js';
import { DetectorMetrics } from './metrics/detector-metrics.js';
import { HostFigures } from './metrics/host-figures.js';
import { DETECTOR_CONFIG, type DetectorConfig } from './options.js';

@Module({})
export class DetectorModule {
  static forRoot(config: DetectorConfig, logger: Logger): DynamicModule {
    return {
      module: DetectorModule,
      imports: [ObservabilityModule.forRoot({ service: 'detector', logger })],
      providers: [
        { provide: DETECTOR_CONFIG, useValue: config },
        Detector,
        DetectorMetrics,
        DetectorReadiness,
        HostFigures,
      ],
    };
  }
}
