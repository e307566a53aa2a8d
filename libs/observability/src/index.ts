/** What one can see of a running service: log, health, metrics; and how it starts and stops. */
export {
  HealthRegistry,
  type CheckResult,
  type HealthCheck,
  type HealthReport,
  type ServicePhase,
} from './health.js';
export { createLogger, type Logger, type LogSettings } from './logger.js';
export { createMetrics, METRICS, type ServiceMetrics } from './metrics.js';
export { NestLogger } from './nest-logger.js';
export { LOGGER, ObservabilityModule, type ObservabilitySettings } from './observability.module.js';
export { EXIT, runService, type ProcessSettings, type ServiceDefinition } from './run-service.js';
export { ListenError, RunningService, type HttpSettings, type ServiceParts } from './running-service.js';
