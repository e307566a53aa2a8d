/** The log: pino, as JSON lines for machines and as coloured lines for a terminal. */
import { pino, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

export interface LogSettings {
  readonly logLevel: string;
  /** `auto` is `pretty` on a terminal, `json` elsewhere. */
  readonly logFormat: 'auto' | 'json' | 'pretty';
}

const DEFAULT_LOG_SETTINGS: LogSettings = { logLevel: 'info', logFormat: 'auto' };

/** A logger for one service, on standard output. Lines are written at once: none is lost when the process dies. */
export function createLogger(service: string, settings: LogSettings = DEFAULT_LOG_SETTINGS): Logger {
  const { logLevel, logFormat } = settings;
  const pretty = logFormat === 'pretty' || (logFormat === 'auto' && process.stdout.isTTY === true);
  const options = {
    level: logLevel,
    base: { service, pid: process.pid },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (!pretty) return pino(options, pino.destination({ fd: 1, sync: true }));
  return pino(options, PinoPretty({ sync: true, ignore: 'pid,service', messageFormat: '[{service}] {msg}' }));
}
