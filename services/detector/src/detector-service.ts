/** How the detector starts and stops. */
import type { Logger, ServiceParts } from '#observability';
import { Detector } from './detector.js';
import { DetectorModule } from './detector.module.js';
import type { DetectorConfig } from './options.js';

export function buildDetector({ config, logger }: { config: DetectorConfig; logger: Logger }): ServiceParts {
  return {
    module: DetectorModule.forRoot(config, logger),
    start: (app, signal, fail) => app.get(Detector).start(signal, fail),
    stop: (app) => app.get(Detector).stop(),
  };
}
