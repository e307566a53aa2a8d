/** Ingest as a process: the only place where outside bytes become events. */
import 'reflect-metadata';
import { runService } from '#observability';
import { buildIngest } from './ingest-service.js';
import { ingestOptions } from './options.js';

await runService({ name: 'ingest', options: ingestOptions, build: buildIngest });
