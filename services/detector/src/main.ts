/** The detector as a process: folds the log, and says within milliseconds what the rules say of it. */
import 'reflect-metadata';
import { runService } from '#observability';
import { buildDetector } from './detector-service.js';
import { detectorOptions } from './options.js';

await runService({ name: 'detector', options: detectorOptions, build: buildDetector });
