/** The recorder as a process: the log into PostgreSQL. */
import 'reflect-metadata';
import { runService } from '#observability';
import { recorderOptions } from './options.js';
import { buildRecorder } from './recorder-service.js';

await runService({ name: 'recorder', options: recorderOptions, build: buildRecorder });
